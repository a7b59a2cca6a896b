package io.millrace.tools.it.compat;

import io.millrace.tools.it.support.Batches;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceResponseData;

/** What a consumer sends. */
final class FetchScripts {
    private static final short WITH_SESSIONS = 7;
    private static final short WITH_TOPIC_IDS = 13;
    private static final short PRODUCE_VERSION = 9;

    private FetchScripts() {}

    static FetchRequestData of(
            final Party party, final int version, final String topic, final int partition, final long offset) {
        final FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(0)
                .setMinBytes(0)
                .setMaxBytes(50_000_000)
                .setSessionEpoch(-1);
        request.topics().add(topic(party, version, topic, at(partition, offset)));
        return request;
    }

    private static FetchTopic topic(
            final Party party, final int version, final String topic, final FetchPartition... partitions) {
        final FetchTopic wanted = new FetchTopic().setPartitions(new ArrayList<>(List.of(partitions)));
        return version >= WITH_TOPIC_IDS ? wanted.setTopicId(party.topicId(topic)) : wanted.setTopic(topic);
    }

    private static FetchPartition at(final int partition, final long offset) {
        return new FetchPartition()
                .setPartition(partition)
                .setFetchOffset(offset)
                .setPartitionMaxBytes(1_000_000);
    }

    private static void fill(final Twins twins, final String topic, final int partition, final byte[]... batches) {
        for (final byte[] batch : batches) {
            twins.each(party -> {
                final short code = party.call(
                                ProduceScripts.of(party, PRODUCE_VERSION, topic, partition, batch),
                                PRODUCE_VERSION,
                                ProduceResponseData.class)
                        .responses()
                        .iterator()
                        .next()
                        .partitionResponses()
                        .get(0)
                        .errorCode();
                if (code != 0) {
                    throw new IllegalStateException("cannot fill " + topic + ": " + code);
                }
            });
        }
    }

    static void fetch(final Twins twins) {
        final String topic = "fetch-v" + twins.version();
        twins.topic(topic, 3);
        fill(
                twins,
                topic,
                0,
                Batches.plain("a"),
                Batches.plain("b", "c", "d"),
                Batches.of(Compression.gzip().build(), "e", "f"),
                Batches.plain("g".repeat(5_000)));
        fill(twins, topic, 1, Batches.plain("h".repeat(3_000)), Batches.plain("i"));
        positions(twins, topic);
        limits(twins, topic);
        epochs(twins, topic);
        unknown(twins, topic);
        if (twins.version() >= WITH_SESSIONS) {
            sessions(twins, topic);
        } else {
            twins.ask(
                    "a session before there were any",
                    party -> of(party, twins.version(), topic, 0, 0).setSessionEpoch(0));
        }
        beforeTheStart(twins, topic);
    }

    private static void edited(
            final Twins twins, final String label, final String topic, final Consumer<FetchRequestData> edit) {
        twins.ask(label, party -> {
            final FetchRequestData request = of(party, twins.version(), topic, 0, 0);
            edit.accept(request);
            return request;
        });
    }

    private static void positions(final Twins twins, final String topic) {
        for (final long offset : new long[] {0, 1, 2, 3, 4, 5, 6, 7, 8, -1, -2, Long.MAX_VALUE}) {
            twins.ask("offset " + offset, party -> of(party, twins.version(), topic, 0, offset));
        }
        twins.ask("an empty partition", party -> of(party, twins.version(), topic, 2, 0));
        twins.ask("past an empty partition", party -> of(party, twins.version(), topic, 2, 1));
        edited(twins, "read committed", topic, request -> request.setIsolationLevel((byte) 1));
        edited(twins, "an isolation nobody knows", topic, request -> request.setIsolationLevel((byte) 7));
        edited(twins, "a rack", topic, request -> request.setRackId("r1"));
        edited(twins, "no topic", topic, request -> request.topics().clear());
        twins.ask(
                "a wait that ends",
                party ->
                        of(party, twins.version(), topic, 0, 7).setMaxWaitMs(50).setMinBytes(1));
        twins.ask(
                "a wait for more than there is",
                party ->
                        of(party, twins.version(), topic, 0, 0).setMaxWaitMs(50).setMinBytes(1_000_000));
        twins.ask(
                "a wait that an error ends",
                party -> of(party, twins.version(), topic, 0, 99)
                        .setMaxWaitMs(15_000)
                        .setMinBytes(1_000_000));
        edited(
                twins,
                "a negative wait",
                topic,
                request -> request.setMaxWaitMs(-1).setMinBytes(1));
    }

    private static void limits(final Twins twins, final String topic) {
        for (final int limit : new int[] {0, 1, 100, 250, 6_000, -1}) {
            edited(twins, "max bytes " + limit, topic, request -> request.setMaxBytes(limit));
            edited(
                    twins,
                    "partition max bytes " + limit,
                    topic,
                    request -> request.topics().get(0).partitions().get(0).setPartitionMaxBytes(limit));
        }
        for (final int limit : new int[] {1, 300, 5_500, 6_000, 9_000}) {
            twins.ask("two partitions in " + limit, party -> {
                final FetchRequestData request =
                        of(party, twins.version(), topic, 0, 0).setMaxBytes(limit);
                request.topics().get(0).partitions().add(at(1, 0));
                return request;
            });
        }
        twins.ask("all three partitions", party -> {
            final FetchRequestData request = of(party, twins.version(), topic, 2, 0);
            request.topics().get(0).partitions().add(at(1, 1));
            request.topics().get(0).partitions().add(at(0, 7));
            return request;
        });
        twins.ask("one partition twice", party -> {
            final FetchRequestData request = of(party, twins.version(), topic, 0, 0);
            request.topics().get(0).partitions().add(at(0, 4));
            return request;
        });
    }

    private static void epochs(final Twins twins, final String topic) {
        for (final int epoch : new int[] {0, 1, 50, -2}) {
            edited(
                    twins,
                    "leader epoch " + epoch,
                    topic,
                    request -> request.topics().get(0).partitions().get(0).setCurrentLeaderEpoch(epoch));
        }
        for (final int epoch : new int[] {0, 1, 50}) {
            for (final long offset : new long[] {0, 3, 7}) {
                edited(
                        twins,
                        "last epoch " + epoch + " at " + offset,
                        topic,
                        request -> request.topics()
                                .get(0)
                                .partitions()
                                .get(0)
                                .setLastFetchedEpoch(epoch)
                                .setFetchOffset(offset));
            }
        }
    }

    private static void unknown(final Twins twins, final String topic) {
        final int version = twins.version();
        for (final int partition : new int[] {3, -1}) {
            twins.ask("partition " + partition, party -> of(party, version, topic, partition, 0));
        }
        twins.ask("unknown topic", party -> of(party, version, "nobody-made-this", 0, 0));
        twins.ask("unknown topic beside a good one", party -> {
            final FetchRequestData request = of(party, version, topic, 0, 0);
            request.topics().add(topic(party, version, "nobody-made-this", at(0, 0)));
            return request;
        });
        twins.ask("unknown id beside a good one", party -> {
            final FetchRequestData request = of(party, version, topic, 0, 0);
            final FetchTopic other = topic(party, version, topic, at(0, 0));
            request.topics().add(version >= WITH_TOPIC_IDS ? other.setTopicId(new Uuid(5, 6)) : other.setTopic("no"));
            return request;
        });
    }

    private static void sessions(final Twins twins, final String topic) {
        final int version = twins.version();
        edited(twins, "a new session is offered", topic, request -> request.setSessionEpoch(0));
        twins.learn(
                "session",
                (short) version,
                FetchResponseData.class,
                party -> {
                    final FetchRequestData request =
                            of(party, version, topic, 0, 0).setSessionEpoch(0);
                    request.topics().get(0).partitions().add(at(1, 0));
                    return request;
                },
                FetchResponseData::sessionId);
        step(twins, "nothing new asked", 1);
        step(twins, "read to the end", 2, party -> topic(party, version, topic, at(0, 7), at(1, 2)));
        step(twins, "nothing has changed", 3);
        fill(twins, topic, 1, Batches.plain("j"));
        step(twins, "one partition has news", 4);
        step(twins, "a third partition", 5, party -> topic(party, version, topic, at(2, 0)));
        step(twins, "an offset out of range", 6, party -> topic(party, version, topic, at(2, 9)));
        step(twins, "still out of range", 7);
        step(twins, "back in range", 8, party -> topic(party, version, topic, at(2, 0)));
        twins.ask("one is forgotten", party -> {
            final FetchRequestData request = session(party, 9);
            final ForgottenTopic forgotten = new ForgottenTopic().setPartitions(List.of(1));
            request.forgottenTopicsData()
                    .add(
                            version >= WITH_TOPIC_IDS
                                    ? forgotten.setTopicId(party.topicId(topic))
                                    : forgotten.setTopic(topic));
            return request;
        });
        fill(twins, topic, 1, Batches.plain("k"));
        fill(twins, topic, 2, Batches.plain("l"));
        step(twins, "news of what is left", 10);
        step(twins, "an unknown partition", 11, party -> topic(party, version, topic, at(7, 0)));
        step(twins, "an epoch too far", 20);
        step(twins, "an epoch once more", 11);
        step(twins, "goes on", 12);
        step(twins, "ended", -1);
        step(twins, "after its end", 13);
        twins.ask("an unknown session", party -> session(party, 1).setSessionId(123_456));
        twins.ask(
                "an epoch without a session",
                party -> of(party, version, topic, 0, 0).setSessionEpoch(5));
    }

    private static FetchRequestData session(final Party party, final int epoch) {
        return new FetchRequestData()
                .setMaxWaitMs(0)
                .setMinBytes(0)
                .setMaxBytes(50_000_000)
                .setSessionId((int) party.number("session"))
                .setSessionEpoch(epoch);
    }

    private static void step(final Twins twins, final String label, final int epoch) {
        twins.ask("session: " + label, party -> session(party, epoch));
    }

    private static void step(
            final Twins twins, final String label, final int epoch, final Function<Party, FetchTopic> topic) {
        twins.ask("session: " + label, party -> {
            final FetchRequestData request = session(party, epoch);
            request.topics().add(topic.apply(party));
            return request;
        });
    }

    private static void beforeTheStart(final Twins twins, final String topic) {
        twins.each(party -> {
            final DeleteRecordsRequestData request = new DeleteRecordsRequestData().setTimeoutMs(20_000);
            request.topics()
                    .add(new DeleteRecordsTopic()
                            .setName(topic)
                            .setPartitions(List.of(new DeleteRecordsPartition()
                                    .setPartitionIndex(0)
                                    .setOffset(3))));
            party.call(request, (short) 2, DeleteRecordsResponseData.class);
        });
        for (final long offset : new long[] {0, 2, 3, 4}) {
            twins.ask(
                    "offset " + offset + " when 3 is the first", party -> of(party, twins.version(), topic, 0, offset));
        }
    }
}
