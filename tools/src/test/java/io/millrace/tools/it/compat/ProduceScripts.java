package io.millrace.tools.it.compat;

import io.millrace.tools.it.support.Batches;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.Wire;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** What a producer sends. */
final class ProduceScripts {
    private static final short WITH_TOPIC_IDS = 13;
    private static final short INIT_VERSION = 4;

    private ProduceScripts() {}

    /** A request for one partition, by name or by id as the version wants it. */
    static ProduceRequestData of(
            final Party party, final int version, final String topic, final int partition, final byte[] batch) {
        final ProduceRequestData request =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(20_000);
        add(request, party, version, topic, partition, batch);
        return request;
    }

    static void add(
            final ProduceRequestData request,
            final Party party,
            final int version,
            final String topic,
            final int partition,
            final byte[] batch) {
        final List<PartitionProduceData> partitions = new ArrayList<>();
        partitions.add(new PartitionProduceData()
                .setIndex(partition)
                .setRecords(batch == null ? null : Batches.records(batch)));
        final TopicProduceData data = new TopicProduceData().setPartitionData(partitions);
        if (version >= WITH_TOPIC_IDS) {
            data.setTopicId(party.topicId(topic));
        } else {
            data.setName(topic);
        }
        request.topicData().mustAdd(data);
    }

    static void produce(final Twins twins) {
        final String topic = "produce-v" + twins.version();
        twins.topic(topic, 3);
        good(twins, topic);
        addressed(twins, topic);
        refused(twins, topic);
        topicSettings(twins, topic);
        idempotent(twins, topic);
    }

    private static void one(final Twins twins, final String label, final String topic, final byte[] batch) {
        twins.ask(label, party -> of(party, twins.version(), topic, 0, batch));
    }

    private static void good(final Twins twins, final String topic) {
        final int version = twins.version();
        one(twins, "first batch", topic, Batches.plain("a"));
        one(twins, "three records", topic, Batches.plain("b", "c", "d"));
        for (final short acks : new short[] {1, -1, 2, -2}) {
            twins.ask(
                    "acks " + acks,
                    party -> of(party, version, topic, 0, Batches.plain("e")).setAcks(acks));
        }
        one(twins, "gzip", topic, Batches.of(Compression.gzip().build(), "f", "g"));
        one(twins, "snappy", topic, Batches.of(Compression.snappy().build(), "f", "g"));
        one(twins, "lz4", topic, Batches.of(Compression.lz4().build(), "f", "g"));
        one(twins, "zstd", topic, Batches.of(Compression.zstd().build(), "f", "g"));
        one(twins, "leader epoch set by a client", topic, edited(Batches.LEADER_EPOCH, 77));
        one(twins, "base offset set by a client", topic, baseOffset(5));
        twins.each(party -> party.tell(
                of(party, version, topic, 0, Batches.plain("unanswered")).setAcks((short) 0), (short) version));
        twins.ask(
                "after acks 0",
                (short) 3,
                party -> new ApiVersionsRequestData().setClientSoftwareName("a").setClientSoftwareVersion("1"));
        one(twins, "and the offset it took", topic, Batches.plain("h"));
    }

    private static void addressed(final Twins twins, final String topic) {
        final int version = twins.version();
        final byte[] batch = Batches.plain("x");
        twins.ask(
                "no topics",
                party -> new ProduceRequestData().setAcks((short) -1).setTimeoutMs(1_000));
        for (final int partition : new int[] {3, -1, Integer.MAX_VALUE}) {
            twins.ask("partition " + partition, party -> of(party, version, topic, partition, batch));
        }
        twins.ask("unknown topic", party -> of(party, version, "nobody-made-this", 0, batch));
        twins.ask("unknown topic id", party -> {
            final ProduceRequestData request = of(party, version, topic, 0, batch);
            if (version >= WITH_TOPIC_IDS) {
                request.topicData().iterator().next().setTopicId(new Uuid(3, 4));
            }
            return request;
        });
        twins.ask("empty topic name", party -> of(party, version, "", 0, batch));
        twins.ask("two partitions, one of them good", party -> {
            final ProduceRequestData request = of(party, version, topic, 1, batch);
            request.topicData()
                    .iterator()
                    .next()
                    .partitionData()
                    .add(new PartitionProduceData().setIndex(9).setRecords(Batches.records(batch)));
            return request;
        });
        twins.ask("the same partition twice", party -> {
            final ProduceRequestData request = of(party, version, topic, 2, batch);
            request.topicData()
                    .iterator()
                    .next()
                    .partitionData()
                    .add(new PartitionProduceData().setIndex(2).setRecords(Batches.records(Batches.plain("y", "z"))));
            return request;
        });
        twins.ask("good and unknown topic", party -> {
            final ProduceRequestData request = of(party, version, topic, 1, batch);
            add(request, party, version, "nobody-made-this", 0, batch);
            return request;
        });
    }

    private static byte[] edited(final int at, final int value) {
        return Batches.edited(Batches.plain("edited"), batch -> batch.putInt(at, value));
    }

    private static byte[] baseOffset(final long offset) {
        return Batches.edited(Batches.plain("offset"), batch -> batch.putLong(0, offset));
    }

    private static void refused(final Twins twins, final String topic) {
        final byte[] good = Batches.plain("x", "y");
        one(twins, "no bytes", topic, new byte[0]);
        one(twins, "half a header", topic, java.util.Arrays.copyOf(good, 20));
        one(twins, "half a batch", topic, java.util.Arrays.copyOf(good, good.length - 3));
        one(twins, "two batches", topic, Wire.concat(good, good));
        one(twins, "bad CRC", topic, flipped(good));
        one(twins, "magic 0", topic, magic(0));
        one(twins, "magic 1", topic, magic(1));
        one(twins, "magic 5", topic, magic(5));
        one(twins, "magic -1", topic, magic(-1));
        one(twins, "length -1", topic, edited(Batches.LENGTH, -1));
        one(twins, "length 10", topic, edited(Batches.LENGTH, 10));
        one(twins, "count 0", topic, edited(Batches.RECORD_COUNT, 0));
        one(twins, "count 2", topic, edited(Batches.RECORD_COUNT, 2));
        one(twins, "count -1", topic, edited(Batches.RECORD_COUNT, -1));
        one(twins, "last delta 5", topic, edited(Batches.LAST_OFFSET_DELTA, 5));
        one(twins, "last delta -1", topic, edited(Batches.LAST_OFFSET_DELTA, -1));
        one(twins, "record length 100", topic, recordByte(0, 100));
        one(twins, "record length -1", topic, recordByte(0, 1));
        one(twins, "record attributes", topic, recordByte(1, 7));
        one(twins, "control batch", topic, attributes(0x20));
        one(twins, "transactional batch", topic, Batches.transactional(1, 0, 0, "t"));
        one(twins, "transactional without a producer", topic, attributes(0x10));
        one(twins, "unknown codec 5", topic, attributes(5));
        one(twins, "unknown codec 7", topic, attributes(7));
        one(twins, "not really gzip", topic, attributes(1));
        one(twins, "log append time", topic, attributes(8));
        one(twins, "unused attributes", topic, attributes(0x100));
        one(twins, "max timestamp in the wrong", topic, maxTimestamp(123));
        one(twins, "max timestamp -1", topic, maxTimestamp(-1));
        one(twins, "far in the future", topic, time(Batches.TIME_MS + 100L * 24 * 3600 * 1000));
        one(twins, "far in the past", topic, time(1));
        one(twins, "negative time", topic, time(-5));
        one(
                twins,
                "garbage",
                topic,
                "this is no record batch at all, but it is long enough to have a header of one"
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        one(twins, "over a megabyte", topic, Batches.plain("x".repeat(1_100_000)));
        one(twins, "and the offset after all this", topic, good);
    }

    private static byte[] flipped(final byte[] good) {
        final byte[] bad = good.clone();
        bad[bad.length - 1] ^= 1;
        return bad;
    }

    private static byte[] magic(final int magic) {
        return Batches.edited(Batches.plain("magic"), batch -> batch.put(Batches.MAGIC, (byte) magic));
    }

    private static byte[] attributes(final int attributes) {
        return Batches.edited(
                Batches.plain("attributes"), batch -> batch.putShort(Batches.ATTRIBUTES, (short) attributes));
    }

    private static byte[] recordByte(final int at, final int value) {
        return Batches.edited(Batches.plain("record"), batch -> batch.put(Batches.RECORDS + at, (byte) value));
    }

    private static byte[] maxTimestamp(final long value) {
        return Batches.edited(Batches.plain("time"), batch -> batch.putLong(Batches.MAX_TIMESTAMP, value));
    }

    private static byte[] time(final long value) {
        return Batches.edited(
                Batches.plain("time"),
                batch -> batch.putLong(Batches.BASE_TIMESTAMP, value).putLong(Batches.MAX_TIMESTAMP, value));
    }

    private static void topicSettings(final Twins twins, final String topic) {
        twins.topic(topic + "-appendtime", 1, "message.timestamp.type", "LogAppendTime");
        one(twins, "append time", topic + "-appendtime", Batches.plain("a", "b"));
        one(
                twins,
                "append time, compressed",
                topic + "-appendtime",
                Batches.of(Compression.gzip().build(), "a"));
        twins.topic(topic + "-compact", 1, "cleanup.policy", "compact");
        one(twins, "keyless", topic + "-compact", Batches.plain("a", "b"));
        twins.topic(topic + "-small", 1, "max.message.bytes", "200");
        one(twins, "larger than the topic allows", topic + "-small", Batches.plain("x".repeat(500)));
        one(twins, "small enough", topic + "-small", Batches.plain("x"));
        twins.topic(
                topic + "-times",
                1,
                "message.timestamp.after.max.ms",
                "1000",
                "message.timestamp.before.max.ms",
                "1000000");
        one(twins, "too early", topic + "-times", time(Batches.TIME_MS - 10_000_000));
        one(twins, "too late", topic + "-times", time(Batches.TIME_MS + 1_000_000));
        one(twins, "five too late", topic + "-times", shifted(1_000_000, "a", "b", "c", "d", "e"));
        one(twins, "the later ones too late", topic + "-times", straddling(topic));
        one(twins, "a stamp by the producer where the broker stamps", topic + "-appendtime", attributes(8));
        twins.topic(
                topic + "-strict",
                1,
                "cleanup.policy",
                "compact",
                "message.timestamp.after.max.ms",
                "1000",
                "message.timestamp.before.max.ms",
                "1000000");
        one(twins, "five keyless", topic + "-strict", Batches.plain("a", "b", "c", "d", "e"));
        one(twins, "keyless and too late", topic + "-strict", shifted(1_000_000, "a", "b"));
        one(twins, "keyed and too late", topic + "-strict", keyed(1_000_000, "a", "b"));
        one(twins, "one of three keyless and one too late", topic + "-strict", mixed());
        minInsync(twins, topic);
    }

    private static byte[] shifted(final long byMs, final String... values) {
        return Batches.edited(
                Batches.plain(values),
                batch -> batch.putLong(Batches.BASE_TIMESTAMP, Batches.TIME_MS + byMs)
                        .putLong(Batches.MAX_TIMESTAMP, Batches.TIME_MS + byMs + values.length - 1));
    }

    private static SimpleRecord record(final long byMs, final String key, final String value) {
        return new SimpleRecord(Batches.TIME_MS + byMs, key == null ? null : Clients.bytes(key), Clients.bytes(value));
    }

    private static byte[] keyed(final long byMs, final String... values) {
        final SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = record(byMs + i, "key", values[i]);
        }
        return Batches.bytes(MemoryRecords.withRecords(Compression.NONE, records));
    }

    private static byte[] straddling(final String value) {
        return Batches.bytes(MemoryRecords.withRecords(
                Compression.NONE,
                record(0, null, value),
                record(2_000_000, null, value),
                record(1, null, value),
                record(3_000_000, "k", value)));
    }

    private static byte[] mixed() {
        return Batches.bytes(MemoryRecords.withRecords(
                Compression.NONE, record(0, "k", "a"), record(0, null, "b"), record(5_000_000, "k", "c")));
    }

    /** Beyond the number of its replicas, min.insync.replicas asks nothing more of a topic. */
    private static void minInsync(final Twins twins, final String topic) {
        final int version = twins.version();
        twins.topic(topic + "-insync", 1, "min.insync.replicas", "2");
        for (final short acks : new short[] {-1, 1}) {
            twins.ask(
                    "more replicas in sync than there are, acks " + acks,
                    party -> of(party, version, topic + "-insync", 0, Batches.plain("a"))
                            .setAcks(acks));
        }
    }

    private static void idempotent(final Twins twins, final String topic) {
        twins.learn(
                "producer",
                INIT_VERSION,
                InitProducerIdResponseData.class,
                party -> producerIdRequest(),
                InitProducerIdResponseData::producerId);
        final String own = topic + "-idempotent";
        twins.topic(own, 1);
        for (int i = 0; i < 7; i++) {
            idempotent(twins, "sequence " + i, own, 0, i);
        }
        idempotent(twins, "the last once more", own, 0, 6);
        idempotent(twins, "the oldest of five", own, 0, 2);
        idempotent(twins, "older than five", own, 0, 1);
        idempotent(twins, "a gap", own, 0, 9);
        idempotent(twins, "the next epoch, not from 0", own, 1, 3);
        idempotent(twins, "the next epoch", own, 1, 0);
        idempotent(twins, "the former epoch", own, 0, 7);
        idempotent(twins, "half of a batch again", own, 1, 0, "v", "w");
        idempotent(twins, "no sequence", own, 1, -1);
        one(twins, "an unknown producer", own, Batches.idempotent(999_999, 0, 17, "u"));
        one(twins, "at the end of all sequences", own, Batches.idempotent(888_888, 0, Integer.MAX_VALUE, "u"));
        one(twins, "and around", own, Batches.idempotent(888_888, 0, 0, "u"));
        one(twins, "a wrap inside a batch", own, Batches.idempotent(777_777, 0, Integer.MAX_VALUE, "u", "v"));
        one(twins, "goes on", own, Batches.idempotent(777_777, 0, 1, "u"));
    }

    private static void idempotent(
            final Twins twins,
            final String label,
            final String topic,
            final int epoch,
            final int sequence,
            final String... values) {
        final String[] some = values.length == 0 ? new String[] {"v"} : values;
        twins.ask(
                label,
                party -> of(
                        party,
                        twins.version(),
                        topic,
                        0,
                        Batches.idempotent(party.number("producer"), epoch, sequence, some)));
    }

    static void initProducerId(final Twins twins) {
        // At first a broker may have to wait for a block of ids.
        twins.askUntilEqual("without an id", party -> producerIdRequest().setTransactionTimeoutMs(60_000));
        twins.ask("with no time", party -> producerIdRequest().setTransactionTimeoutMs(0));
        twins.ask(
                "an empty id",
                party -> producerIdRequest().setTransactionalId("").setTransactionTimeoutMs(60_000));
        twins.ask(
                "with a producer id",
                party -> producerIdRequest()
                        .setTransactionTimeoutMs(60_000)
                        .setProducerId(5)
                        .setProducerEpoch((short) 3));
        twins.ask(
                "with a producer id alone",
                party -> producerIdRequest().setTransactionTimeoutMs(60_000).setProducerId(5));
        twins.ask(
                "with an epoch alone",
                party -> producerIdRequest().setTransactionTimeoutMs(60_000).setProducerEpoch((short) 3));
    }

    private static InitProducerIdRequestData producerIdRequest() {
        return new InitProducerIdRequestData().setTransactionalId(null);
    }
}
