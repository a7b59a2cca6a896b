package io.millrace.net.kafka.fetch;

import io.millrace.net.kafka.wire.FetchRequest;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.protocol.MessageUtil;

/** Builds fetch requests by topic name (version 12) or by id (version 18). */
final class SessionRequests {
    private final boolean byId;
    private final FetchRequestData data = new FetchRequestData();

    private SessionRequests(final boolean byId) {
        this.byId = byId;
    }

    static SessionRequests byName() {
        return new SessionRequests(false);
    }

    static SessionRequests byId() {
        return new SessionRequests(true);
    }

    static Uuid idOf(final String topic) {
        return new Uuid(77, topic.hashCode());
    }

    SessionRequests fetch(final String topic, final int partition, final long offset) {
        final FetchTopic wanted = new FetchTopic();
        if (byId) {
            wanted.setTopicId(idOf(topic));
        } else {
            wanted.setTopic(topic);
        }
        wanted.partitions()
                .add(new FetchPartition()
                        .setPartition(partition)
                        .setFetchOffset(offset)
                        .setPartitionMaxBytes(1000));
        data.topics().add(wanted);
        return this;
    }

    SessionRequests forget(final String topic, final int partition) {
        final ForgottenTopic forgotten = new ForgottenTopic();
        if (byId) {
            forgotten.setTopicId(idOf(topic));
        } else {
            forgotten.setTopic(topic);
        }
        forgotten.partitions().add(partition);
        data.forgottenTopicsData().add(forgotten);
        return this;
    }

    FetchRequest build() {
        final int version = byId ? 18 : 12;
        final ByteBuffer bytes =
                MessageUtil.toByteBufferAccessor(data, (short) version).buffer();
        final FetchRequest request = new FetchRequest();
        if (!request.wrap(new UnsafeBuffer(bytes), 0, bytes.remaining(), version)) {
            throw new IllegalStateException("malformed");
        }
        return request;
    }
}
