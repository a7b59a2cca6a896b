package io.millrace.net.kafka.group;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteShareGroupStateRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.share.persister.GroupTopicPartitionData;
import org.apache.kafka.server.share.persister.PartitionIdData;
import org.apache.kafka.server.share.persister.TopicData;

/** Deletes what is kept of a share group's partitions, of several at once. On the core that asks. */
final class ShareDeletion {
    private final SharePersister persister;

    ShareDeletion(final SharePersister persister) {
        this.persister = persister;
    }

    /** @param told of each topic, the error of one of its partitions if there is one, else none */
    void run(final GroupTopicPartitionData<PartitionIdData> wanted, final Consumer<Map<Uuid, Errors>> told) {
        final Map<Uuid, Errors> results = new HashMap<>();
        final int[] missing = {
            wanted.topicsData().stream()
                    .map(TopicData::partitions)
                    .mapToInt(Collection::size)
                    .sum()
        };
        wanted.topicsData().forEach(topic -> results.put(topic.topicId(), Errors.NONE));
        if (missing[0] == 0) {
            told.accept(results);
            return;
        }
        for (final TopicData<PartitionIdData> topic : wanted.topicsData()) {
            for (final PartitionIdData partition : topic.partitions()) {
                persister.delete(
                        null,
                        wanted.groupId(),
                        topic.topicId(),
                        new DeleteShareGroupStateRequestData.PartitionData().setPartition(partition.partition()),
                        result -> {
                            if (result.errorCode() != Errors.NONE.code()) {
                                results.put(topic.topicId(), Errors.forCode(result.errorCode()));
                            }
                            if (--missing[0] == 0) {
                                told.accept(results);
                            }
                        });
            }
        }
    }
}
