package io.millrace.engine.log;

import io.millrace.engine.batch.AbortedSink;
import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.os.DiskCompanion;
import io.millrace.engine.os.OsDisk;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.producer.ProducerTable;
import io.millrace.engine.replication.ReplicaProducers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;

/**
 * One log with the real disk's code on a file system that is memory, so that system calls count and devices do not:
 * {@code /dev/shm} where it is, else the folder for temporary files. Batches get offsets as a partition gives them.
 * Owned by one thread.
 */
public final class MemoryLog implements LogListener, LogProducers, AutoCloseable {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final int LEASES = 64;
    private static final int HOME = 0;
    private static final int POLL_LIMIT = 16;
    private static final int LEADER_EPOCH = 1;
    private static final int UNANSWERED = Integer.MAX_VALUE;
    private static final long PRODUCERS_KEPT_MS = 86_400_000;

    private final Path folder;
    private final DiskCompanion companion;
    private final OsDisk disk;
    private final LogContext context;
    private final ProducerTable producers;
    private final long nowMs;
    private final Log log;
    private long appendedOffset;
    private int ended = UNANSWERED;

    public MemoryLog(final long nowMs) throws IOException {
        this.nowMs = nowMs;
        folder = Files.isDirectory(SHARED_MEMORY)
                ? Files.createTempDirectory(SHARED_MEMORY, "millrace-bench")
                : Files.createTempDirectory("millrace-bench");
        companion = new DiskCompanion(folder);
        disk = new OsDisk(companion, () -> {});
        producers = new ProducerTable(PRODUCERS_KEPT_MS, new Crc32c(), nowMs);
        context = new LogContext(
                disk,
                new LeaseTable(LEASES, HOME, 1),
                (work, done) -> {
                    work.run();
                    done.run();
                    return true;
                },
                (codec, source, offset, length, bytesMax) -> {
                    throw new IOException("nothing here is unpacked");
                });
        log = LogCreation.create(context, "topic-0", LogConfig.DEFAULT, this, 1, 2, nowMs, this::onEnded);
        log.listener(this);
        awaitEnd();
    }

    /** Appends one batch and lets the disk work until its write is done. */
    public void append(final BatchFlyweight batch) {
        batch.baseOffset(log.endOffset());
        batch.partitionLeaderEpoch(LEADER_EPOCH);
        while (log.append(
                        batch.bytes(),
                        0,
                        batch.sizeInBytes(),
                        batch.lastOffset(),
                        batch.maxTimestamp(),
                        LEADER_EPOCH,
                        nowMs)
                != AppendResult.APPENDED) {
            turn();
        }
        while (appendedOffset < log.endOffset()) {
            turn();
        }
    }

    /** A slice on lease, to be given back as one that core 0 has received. */
    public LogSlice read(final long offset, final int bytesMax) {
        final LogSlice slice = context.leases().acquire();
        final ReadResult result = log.read(offset, log.appendedOffset(), bytesMax, slice);
        if (result != ReadResult.FOUND) {
            throw new IllegalStateException(result + " at " + offset);
        }
        return context.leases().receive(HOME, slice.id());
    }

    public long endOffset() {
        return log.endOffset();
    }

    /** Cuts everything off, so that memory lasts. */
    public void empty() {
        log.truncateTo(0, this::onEnded);
        awaitEnd();
        appendedOffset = 0;
    }

    @Override
    public void close() throws IOException {
        log.close(this::onEnded);
        awaitEnd();
        companion.close();
        final List<Path> all;
        try (Stream<Path> files = Files.walk(folder)) {
            all = files.toList().reversed();
        }
        for (final Path file : all) {
            Files.delete(file);
        }
    }

    private void turn() {
        if (disk.poll(POLL_LIMIT) == 0 && disk.inFlight() > 0) {
            disk.await();
        }
    }

    private void await(final BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            turn();
        }
    }

    private void awaitEnd() {
        await(() -> ended != UNANSWERED);
        if (ended != DiskStatus.OK) {
            throw new IllegalStateException(DiskStatus.nameOf(ended));
        }
        ended = UNANSWERED;
    }

    private void onEnded(final int status) {
        ended = status;
    }

    @Override
    public void onAppended(final long offset) {
        appendedOffset = offset;
    }

    @Override
    public void onAppendable() {
        // Whoever appends tries again by itself.
    }

    @Override
    public void onAppendFailed(final long fromOffset, final int diskStatus) {
        throw new IllegalStateException("append failed: " + DiskStatus.nameOf(diskStatus));
    }

    @Override
    public void onResident() {
        // Nothing here is cold.
    }

    @Override
    public void onStable(final long stableOffset) {
        // Nobody waits for it.
    }

    @Override
    public void onOffline(final int diskStatus) {
        throw new IllegalStateException("offline: " + DiskStatus.nameOf(diskStatus));
    }

    @Override
    public void abortedTo(final AbortedSink sink) {
        producers.abortedTo(sink);
    }

    @Override
    public LogProducers another() {
        return new ReplicaProducers(producers.another());
    }

    @Override
    public void clear() {
        producers.clear();
    }

    @Override
    public void replay(final DirectBuffer batch, final int offset, final int length) {
        producers.replay(batch, offset, length);
    }

    @Override
    public void rollBackTo(final long offset) {
        producers.rollBackTo(offset);
    }

    @Override
    public void settle(final long offset) {
        producers.settle(offset);
    }

    @Override
    public DirectBuffer encodeSnapshot() {
        return producers.encodeSnapshot();
    }

    @Override
    public boolean loadSnapshot(final DirectBuffer bytes, final int offset, final int length, final long loadMs) {
        return producers.loadSnapshot(bytes, offset, length, loadMs);
    }
}
