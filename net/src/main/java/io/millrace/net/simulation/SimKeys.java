package io.millrace.net.simulation;

import io.millrace.engine.port.Entropy;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.settings.SettingsLoader;
import io.millrace.net.simulation.KeyBook.Entry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Writes values and tombstones of a few keys to a compacted topic, one batch at a time and again until it is
 * acknowledged, and reads the topic from its start over and over: what each reading must have seen the {@link KeyBook}
 * says. Takes part in some of the runs, on disks that forget nothing they were made to keep.
 */
final class SimKeys extends SimClient {
    private static final String TOPIC = "keys";
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final int REFUSALS_MAX = 20;
    private static final int ODDS = 4;
    private static final int KEYS = 16;
    private static final int RECORDS_MAX = 4;
    private static final int PADDING_MAX = 120;
    private static final short PRODUCE_VERSION = 9;
    private static final short FETCH_VERSION = 12;
    private static final long[] DELETE_RETENTIONS_MS = {0, 100, 3_600_000};

    private final KeyBook book;
    private int recordsLeft;
    private int number;
    /** To be sent until it is acknowledged; empty if there is none. */
    private List<Entry> batch = List.of();

    private SimSocket produced;
    private SimSocket fetched;
    private boolean reading;
    private boolean lastPass;
    private boolean done;
    private long position;
    private long highWatermark = -1;
    private int refusals;

    private SimKeys(final SimWorld world, final KeyBook book, final int records, final int bootstrapPort) {
        super("keys", world, List.of(TOPIC), bootstrapPort);
        this.book = book;
        recordsLeft = records;
        world.onShortened((partition, endOffset) -> {
            if (partition.equals(PARTITION)) {
                book.onShortened(endOffset);
            }
        });
    }

    /** Whether a seed's run has it. */
    static boolean areIn(final long seed) {
        return new SeededEntropy(seed).stream("keys").nextInt(ODDS) == 0;
    }

    /** Compactions begin as soon as there is something to compact. */
    static void configure(final SettingsLoader loader) {
        loader.commandLine("log.cleaner.backoff.ms", "5");
    }

    /** The client, and whoever makes its topic. */
    static List<SimClient> clients(final SimWorld world) {
        final Entropy plan = world.entropy("keys-plan");
        final long deleteRetentionMs = DELETE_RETENTIONS_MS[plan.nextInt(DELETE_RETENTIONS_MS.length)];
        final TreeMap<String, String> configs = new TreeMap<>();
        configs.put("cleanup.policy", "compact");
        configs.put("internal.segment.bytes", Integer.toString(500 + plan.nextInt(3_000)));
        configs.put("index.interval.bytes", Integer.toString(plan.nextInt(500)));
        configs.put("min.cleanable.dirty.ratio", plan.nextInt(2) == 0 ? "0.01" : "0.3");
        configs.put("delete.retention.ms", Long.toString(deleteRetentionMs));
        SimCodecs.configure(TOPIC, world, configs);
        final SimAdmin admin = new SimAdmin(world, TOPIC, 1, configs, new ArrayList<>());
        admin.stop();
        final int port = plan.nextInt(2) == 0 ? SimNode.NODE_PORT : SimNode.CORE_PORT;
        return List.of(admin, new SimKeys(world, new KeyBook(deleteRetentionMs), 300 + plan.nextInt(1_500), port));
    }

    /** Writes no more, and reads all once again. */
    void stop() {
        recordsLeft = 0;
    }

    @Override
    int act() {
        if (world().wounds().isReadOnly(PARTITION)) {
            // Nothing is taken there any more.
            recordsLeft = 0;
            batch = produced == null ? List.of() : batch;
        }
        if (world().wounds().isMoved(PARTITION)) {
            book.onMoved();
        }
        final int port = leaderPort(TOPIC, 0);
        if (port < 0) {
            return 0;
        }
        final int work = produced == null ? produce(port) : 0;
        return fetched == null ? work + fetch(port) : work;
    }

    private int produce(final int port) {
        if (batch.isEmpty()) {
            if (recordsLeft <= 0 || entropy().nextInt(3) > 0) {
                return 0;
            }
            batch = newBatch();
        }
        produced = socket(port);
        if (produced == null) {
            retryLater();
            return 0;
        }
        final SimpleRecord[] records = batch.stream()
                .map(each -> new SimpleRecord(world().nowMs(), utf8(each.key()), utf8(each.value())))
                .toArray(SimpleRecord[]::new);
        final Compression codec = entropy().nextInt(3) == 0 ? Compression.gzip().build() : Compression.NONE;
        final TopicProduceData data = new TopicProduceData().setName(TOPIC);
        data.partitionData()
                .add(new PartitionProduceData().setIndex(0).setRecords(MemoryRecords.withRecords(codec, records)));
        final ProduceRequestData request =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(30_000);
        request.topicData().add(data);
        produced.send(ApiKeys.PRODUCE, PRODUCE_VERSION, request, batch);
        return 1;
    }

    private List<Entry> newBatch() {
        final List<Entry> entries = new ArrayList<>();
        for (int i = entropy().nextInt(RECORDS_MAX); i >= 0; i--) {
            final boolean tombstone = entropy().nextInt(5) == 0;
            final String value =
                    tombstone ? null : number++ + " " + "x".repeat(entropy().nextInt(PADDING_MAX));
            entries.add(new Entry("key-" + entropy().nextInt(KEYS), value, world().nowMs()));
        }
        recordsLeft -= entries.size();
        book.onSent(entries);
        return entries;
    }

    private int fetch(final int port) {
        if (done || entropy().nextInt(3) > 0) {
            return 0;
        }
        if (!reading) {
            reading = true;
            lastPass = recordsLeft <= 0 && batch.isEmpty();
            position = 0;
            book.onPassBegun(world().nowMs());
        }
        fetched = socket(port);
        if (fetched == null) {
            retryLater();
            return 0;
        }
        final FetchTopic asked = new FetchTopic().setTopic(TOPIC);
        asked.partitions()
                .add(new FetchPartition()
                        .setPartition(0)
                        .setFetchOffset(position)
                        .setPartitionMaxBytes(1 + entropy().nextInt(4_000)));
        final FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(entropy().nextInt(20))
                .setMinBytes(1)
                .setMaxBytes(1 + entropy().nextInt(8_000))
                .setIsolationLevel((byte) entropy().nextInt(2));
        request.topics().add(asked);
        fetched.send(ApiKeys.FETCH, FETCH_VERSION, request, TOPIC);
        return 1;
    }

    @Override
    void onReply(final SimSocket.Answer answer) {
        if (TOPIC.equals(answer.context())) {
            fetched = null;
            onFetched(new FetchResponseData(new ByteBufferAccessor(answer.body()), answer.version()));
            return;
        }
        produced = null;
        final PartitionProduceResponse response = new ProduceResponseData(
                        new ByteBufferAccessor(answer.body()), answer.version())
                .responses().stream()
                        .findFirst()
                        .orElseThrow()
                        .partitionResponses()
                        .getFirst();
        if (response.errorCode() != Errors.NONE.code()) {
            world().onClientError(Errors.forCode(response.errorCode()));
            retryLater();
            return;
        }
        book.onAcked(response.baseOffset(), batch);
        world().trace(response.baseOffset());
        batch = List.of();
    }

    private void onFetched(final FetchResponseData response) {
        if (response.errorCode() != Errors.NONE.code()) {
            retryLater();
            return;
        }
        final PartitionData data = response.responses().getFirst().partitions().getFirst();
        if (data.errorCode() != Errors.NONE.code()) {
            final Errors error = Errors.forCode(data.errorCode());
            world().onClientError(error);
            retryLater();
            if (error == Errors.CORRUPT_MESSAGE) {
                passDamage("the broker", error.toString());
            } else if (error == Errors.OFFSET_OUT_OF_RANGE && world().wounds().isShortened(PARTITION)) {
                // The log was cut below where it reads: begins anew.
                reading = false;
            } else if (error == Errors.OFFSET_OUT_OF_RANGE) {
                throw new ViolationException(TOPIC + ": " + error + " at " + position);
            }
            return;
        }
        highWatermark = data.highWatermark();
        read((MemoryRecords) data.records());
        endPass();
    }

    private void read(final MemoryRecords records) {
        final long before = position;
        try {
            records.batches().forEach(each -> read(each, highWatermark));
            if (records.sizeInBytes() > 0 && position == before) {
                throw new KafkaException(records.sizeInBytes() + " bytes that hold nothing of use");
            }
        } catch (final KafkaException | IllegalArgumentException unsound) {
            passDamage("a reader", unsound.toString());
        } catch (final ViolationException unsound) {
            if (!world().wounds().isMoved(PARTITION)) {
                throw unsound;
            }
            passDamage("a reader", unsound.toString());
        }
    }

    /** Goes on behind what is damaged there, and not before it was told of it; behind a damaged header, at the end. */
    private void passDamage(final String finder, final String error) {
        final long behind = world().wounds().noticeNext(PARTITION, position);
        if (behind < 0 && !world().wounds().isWounded(PARTITION)) {
            throw new ViolationException(TOPIC + " at " + position + ": " + error + ", and nothing was damaged");
        }
        world().count("damage in keys found by " + finder);
        if (behind >= 0 || ++refusals > REFUSALS_MAX) {
            refusals = 0;
            final long end = Math.max(highWatermark, position);
            final long to = behind < 0 ? end : Math.min(behind, end);
            book.onGap(position, Math.max(to, behind));
            position = to;
        }
        endPass();
    }

    private void endPass() {
        if (position >= highWatermark && highWatermark >= 0) {
            reading = false;
            done = lastPass;
            world().trace(position);
            world().count("keys read from the start");
            book.onPassEnded(world().nowMs());
        }
    }

    private void read(final MutableRecordBatch each, final long highWatermark) {
        each.ensureValid();
        if (each.lastOffset() >= highWatermark || each.lastOffset() < position) {
            throw new ViolationException(TOPIC + ": at " + position + " came a batch " + each.baseOffset() + ".."
                    + each.lastOffset() + ", high watermark " + highWatermark);
        }
        for (final Record record : each) {
            if (record.offset() >= position) {
                if (record.offset() > position) {
                    world().count("hole left by a compaction");
                }
                book.onSeen(record.offset(), text(record.key()), text(record.value()));
                position = record.offset() + 1;
            }
        }
        position = each.nextOffset();
    }

    @Override
    void onDisconnected(final SimSocket socket) {
        if (produced == socket) {
            produced = null;
        }
        if (fetched == socket) {
            fetched = null;
        }
    }

    private static byte[] utf8(final String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(final ByteBuffer bytes) {
        return bytes == null ? null : StandardCharsets.UTF_8.decode(bytes).toString();
    }

    @Override
    boolean isDone() {
        return done;
    }

    @Override
    public String toString() {
        return name() + ", " + recordsLeft + " to come, " + batch.size() + " under way, reads at " + position;
    }
}
