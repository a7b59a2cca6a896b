package io.millrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.AbortedSink;
import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.batch.KafkaBatches;
import io.millrace.engine.port.BatchFilter;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.Housekeeping;
import io.millrace.engine.producer.AppendFlags;
import io.millrace.engine.producer.ProducerTable;
import io.millrace.engine.replication.ReplicaProducers;
import io.millrace.engine.status.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** One log on some disk, with a partition's manners: offsets are patched, producers checked, everything remembered. */
final class LogBench implements LogListener, LogProducers {
    static final String DIRECTORY = "topic-0";
    static final long ID_HIGH = 0x1234;
    static final long ID_LOW = 0x5678;
    static final int UNANSWERED = Integer.MAX_VALUE;

    private static final Housekeeping AT_ONCE = (work, done) -> {
        work.run();
        done.run();
        return true;
    };

    /** A batch as it was appended. */
    record Stored(long baseOffset, long nextOffset, byte[] bytes) {}

    final Disk disk;
    final LogContext context;
    final ProducerTable table;
    final BatchFlyweight batch = new BatchFlyweight();
    final List<Stored> stored = new ArrayList<>();
    final List<String> events = new ArrayList<>();
    Log log;
    RecoveryReport report;
    LogConfig config = LogConfig.DEFAULT;
    long nowMs = 1_000_000;
    int epoch = 1;
    long appended;
    long stable;
    int failures;
    int offline;
    private boolean appendable;
    boolean acksFollowPageCache;

    LogBench(final Disk disk, final LogContext context) {
        this.disk = disk;
        this.context = context;
        this.table = new ProducerTable(86_400_000, new Crc32c(), nowMs);
    }

    static LogBench on(final Disk disk) {
        return new LogBench(disk, new LogContext(disk, new LeaseTable(64, 0, 2), AT_ONCE, new KafkaDecompressor()));
    }

    /** Whether later recoveries are those of a log whose acks promise no more than the page cache. */
    LogBench acksFollowPageCache(final boolean follow) {
        acksFollowPageCache = follow;
        return this;
    }

    LogBench config(final LogConfig wanted) {
        config = wanted;
        return this;
    }

    void compactWith(final BatchFilter filter) {
        context.compactions(AT_ONCE, filter);
    }

    LogBench create() {
        final int[] ended = {UNANSWERED};
        log = LogCreation.create(context, DIRECTORY, config, this, ID_HIGH, ID_LOW, nowMs, status -> ended[0] = status);
        log.listener(this);
        until(() -> ended[0] != UNANSWERED);
        assertThat(DiskStatus.nameOf(ended[0])).isEqualTo("OK");
        return this;
    }

    LogBench recover(final long recoveryPoint, final long startOffset, final boolean clean) {
        return recover(recoveryPoint, startOffset, clean, JournalTail.NONE);
    }

    LogBench recover(final long recoveryPoint, final long startOffset, final boolean clean, final JournalTail tail) {
        final LogRecovery.RecoveredLog recovered = new LogRecovery(new BlockingDisk(disk), context)
                .open(DIRECTORY, config, this, recoveryPoint, startOffset, clean, acksFollowPageCache, tail, nowMs);
        log = recovered.log();
        report = recovered.report();
        log.listener(this);
        appended = log.appendedOffset();
        stable = log.stableOffset();
        return this;
    }

    /** One turn of the loop; false if nothing is under way. */
    boolean turn() {
        if (disk.inFlight() == 0) {
            return false;
        }
        disk.await();
        disk.poll(4);
        return true;
    }

    void until(final BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            if (!turn()) {
                throw new AssertionError("nothing is under way: " + events);
            }
        }
    }

    /** Waits until nothing is under way. */
    void settle() {
        while (turn()) {
            Thread.onSpinWait();
        }
    }

    /** Appends a batch, waiting for rolls; returns its base offset, or -1 if it was refused. */
    long append(final byte[] bytes) {
        AppendResult result;
        while ((result = offer(bytes)) == AppendResult.ROLLING
                || result == AppendResult.FULL
                || result == AppendResult.FAILING) {
            appendable = false;
            until(() -> appendable || log.isOffline());
        }
        return result == AppendResult.APPENDED ? stored.getLast().baseOffset : -1;
    }

    /** Appends a batch if the log takes it now. */
    AppendResult offer(final byte[] bytes) {
        final byte[] own = bytes.clone();
        batch.wrap(new UnsafeBuffer(own), 0, own.length);
        final int flags = batch.isTransactional() ? AppendFlags.INTERNAL : AppendFlags.NONE;
        final Outcome outcome = table.check(batch, flags, 0, nowMs);
        if (outcome != Outcome.OK) {
            throw new IllegalStateException(outcome + " " + batch);
        }
        batch.baseOffset(log.endOffset());
        batch.partitionLeaderEpoch(epoch);
        final AppendResult result =
                log.append(batch.bytes(), 0, own.length, batch.lastOffset(), batch.maxTimestamp(), epoch, nowMs);
        if (result == AppendResult.APPENDED) {
            table.apply(batch, nowMs);
            stored.add(new Stored(batch.baseOffset(), batch.nextOffset(), own));
        }
        return result;
    }

    long append(final int records, final long timestampMs) {
        return append(KafkaBatches.batch().count(records, timestampMs));
    }

    void appendMany(final int batches) {
        for (int i = 0; i < batches; i++) {
            append(1 + i % 3, nowMs + i);
        }
        settle();
    }

    void sync() {
        final long target = log.appendedOffset();
        if (log.isDirty() && !log.isSyncing()) {
            log.sync();
        }
        until(() -> stable >= target || log.isOffline());
    }

    int close() {
        final int[] ended = {UNANSWERED};
        log.close(status -> ended[0] = status);
        until(() -> ended[0] != UNANSWERED);
        return ended[0];
    }

    /** Reads until something other than COLD comes. */
    ReadResult read(final long offset, final long limit, final int bytesMax, final LogSlice slice) {
        ReadResult result;
        while ((result = log.read(offset, limit, bytesMax, slice)) == ReadResult.COLD) {
            if (!turn()) {
                throw new AssertionError("cold at " + offset + ", but nothing is under way");
            }
        }
        return result;
    }

    /** What a reader gets from the offset on, and how long the first batch is. */
    byte[] bytesAt(final long offset, final long limit, final int bytesMax) {
        final LogSlice slice = context.leases().acquire();
        try {
            assertThat(read(offset, limit, bytesMax, slice))
                    .as("offset " + offset)
                    .isEqualTo(ReadResult.FOUND);
            assertThat(slice.baseOffset()).isLessThanOrEqualTo(offset);
            assertThat(slice.firstBatchBytes()).isLessThanOrEqualTo(slice.length());
            return bytesOf(slice);
        } finally {
            context.leases().release(slice);
        }
    }

    static byte[] bytesOf(final LogSlice slice) {
        final byte[] bytes = new byte[slice.length()];
        assertThat(slice.read(0, new UnsafeBuffer(bytes), 0, bytes.length)).isEqualTo(bytes.length);
        return bytes;
    }

    /** Every stored batch from the log's start on can be read at each of its offsets, and is what was stored. */
    void assertAllReadable() {
        for (final Stored each : stored) {
            if (each.nextOffset <= log.startOffset()) {
                continue;
            }
            for (long offset = Math.max(each.baseOffset, log.startOffset()); offset < each.nextOffset; offset++) {
                final byte[] got = bytesAt(offset, log.appendedOffset(), 1);
                assertThat(got).as("offset " + offset).isEqualTo(each.bytes);
            }
        }
    }

    /** Walks the log as a consumer does, with slices of some size, and compares with what was stored. */
    void assertConsumable(final int bytesMax) {
        long offset = log.startOffset();
        final BatchFlyweight read = new BatchFlyweight();
        while (offset < log.appendedOffset()) {
            final byte[] bytes = bytesAt(offset, log.appendedOffset(), bytesMax);
            int at = 0;
            while (bytes.length - at >= BatchFlyweight.HEADER_BYTES) {
                read.wrap(new UnsafeBuffer(bytes), at, bytes.length - at);
                if (read.sizeInBytes() > bytes.length - at) {
                    break;
                }
                final Stored expected = storedAt(read.baseOffset());
                assertThat(Arrays.copyOfRange(bytes, at, at + read.sizeInBytes()))
                        .isEqualTo(expected.bytes);
                offset = read.nextOffset();
                at += read.sizeInBytes();
            }
        }
        assertThat(offset).isEqualTo(log.appendedOffset());
    }

    Stored storedAt(final long baseOffset) {
        int low = 0;
        int high = stored.size() - 1;
        while (low <= high) {
            final int middle = (low + high) >>> 1;
            final long found = stored.get(middle).baseOffset;
            if (found == baseOffset) {
                return stored.get(middle);
            }
            if (found < baseOffset) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        throw new AssertionError("nothing was stored at " + baseOffset);
    }

    @Override
    public void onAppended(final long appendedOffset) {
        assertThat(appendedOffset).isGreaterThan(appended);
        appended = appendedOffset;
    }

    @Override
    public void onAppendable() {
        appendable = true;
    }

    @Override
    public void onAppendFailed(final long fromOffset, final int diskStatus) {
        events.add("failed from " + fromOffset + " " + DiskStatus.nameOf(diskStatus));
        failures++;
        assertThat(fromOffset).isGreaterThanOrEqualTo(appended);
        stored.removeIf(each -> each.baseOffset >= fromOffset);
    }

    @Override
    public void onResident() {}

    @Override
    public void onStable(final long stableOffset) {
        assertThat(stableOffset).isBetween(stable, appended);
        stable = stableOffset;
    }

    @Override
    public void onOffline(final int diskStatus) {
        events.add("offline " + DiskStatus.nameOf(diskStatus));
        offline++;
    }

    @Override
    public void abortedTo(final AbortedSink sink) {
        table.abortedTo(sink);
    }

    @Override
    public LogProducers another() {
        return new ReplicaProducers(table.another());
    }

    @Override
    public void clear() {
        table.clear();
    }

    @Override
    public void replay(final DirectBuffer bytes, final int offset, final int length) {
        table.replay(bytes, offset, length);
    }

    @Override
    public void rollBackTo(final long offset) {
        table.rollBackTo(offset);
    }

    @Override
    public void settle(final long offset) {
        table.settle(offset);
    }

    @Override
    public Supplier<LastRecords> freezeLastRecords() {
        return new ReplicaProducers(table).freezeLastRecords();
    }

    @Override
    public DirectBuffer encodeSnapshot() {
        return table.encodeSnapshot();
    }

    @Override
    public boolean loadSnapshot(final DirectBuffer bytes, final int offset, final int length, final long loadMs) {
        return table.loadSnapshot(bytes, offset, length, loadMs);
    }
}
