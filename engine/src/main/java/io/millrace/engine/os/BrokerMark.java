package io.millrace.engine.os;

import io.millrace.codec.checkpoint.MarkHeaderDecoder;
import io.millrace.codec.checkpoint.MarkHeaderEncoder;
import io.millrace.engine.status.CoreCounter;
import io.millrace.engine.status.Statistics;
import io.millrace.engine.status.StatisticsSection;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.IoUtil;
import org.agrona.MarkFile;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.errors.DistinctErrorLog;
import org.agrona.concurrent.status.CountersManager;
import org.agrona.concurrent.status.CountersReader;

/**
 * The mapped file in which a running broker shows its counters and distinct errors to other processes. Cores write
 * their counters and statistics into plain memory, and {@link #publish} copies: a write into a mapped page can wait for
 * the disk, and no core may. One thread publishes; the header's sequence is odd while it does.
 *
 * <pre>
 *   0         128              + labels          + values          + errors          + sections
 *   +---------+----------------+-----------------+-----------------+-----------------+
 *   | header  | labels and     | counter values, | distinct errors | statistics of   |
 *   | (SBE)   | keys (Agrona)  | copied          | (Agrona)        | core 0, 1, …    |
 *   +---------+----------------+-----------------+-----------------+-----------------+
 * </pre>
 *
 * The statistics' layout is {@link StatisticsSection}'s; the version below stands for it too.
 */
public final class BrokerMark implements AutoCloseable {
    public static final String FILE = "millrace.mark";
    public static final int VERSION = 2;

    private static final int HEADER_BYTES = MarkHeaderDecoder.BLOCK_LENGTH;
    private static final int ERROR_BYTES = 256 * 1024;
    private static final int PAGE_BYTES = 4096;

    private final MarkFile file;
    private final UnsafeBuffer header;
    private final Statistics[] statistics;
    private final StatisticsSection[] sections;
    private final UnsafeBuffer published;
    private final UnsafeBuffer values;
    private final CountersManager counters;
    private final DistinctErrorLog errors;

    /** Makes the file anew; whoever calls holds the data directory's lock, so that nobody else's is lost. */
    public BrokerMark(final Path directory, final int nodeId, final int coreCount) {
        final int counterCount = coreCount * CoreCounter.count();
        final int labelBytes = BitUtil.align(counterCount * CountersReader.METADATA_LENGTH, PAGE_BYTES);
        final int valueBytes = labelBytes / (CountersReader.METADATA_LENGTH / CountersReader.COUNTER_LENGTH);
        final File path = directory.resolve(FILE).toFile();
        final int sectionsOffset = HEADER_BYTES + labelBytes + valueBytes + ERROR_BYTES;
        layDown(path.toPath(), sectionsOffset + coreCount * StatisticsSection.BYTES);
        file = new MarkFile(
                IoUtil.mapExistingFile(path, FILE),
                MarkHeaderDecoder.versionEncodingOffset(),
                MarkHeaderDecoder.timestampMsEncodingOffset());
        final UnsafeBuffer all = file.buffer();
        new MarkHeaderEncoder()
                .wrap(all, 0)
                .startTimestampMs(System.currentTimeMillis())
                .pid(ProcessHandle.current().pid())
                .nodeId(nodeId)
                .coreCount(coreCount)
                .labelBytes(labelBytes)
                .valueBytes(valueBytes)
                .errorBytes(ERROR_BYTES)
                .sectionBytes(StatisticsSection.BYTES);
        header = all;
        statistics = new Statistics[coreCount];
        sections = new StatisticsSection[coreCount];
        for (int core = 0; core < coreCount; core++) {
            statistics[core] = new Statistics();
            sections[core] = new StatisticsSection(
                    new UnsafeBuffer(all, sectionsOffset + core * StatisticsSection.BYTES, StatisticsSection.BYTES));
        }
        published = new UnsafeBuffer(all, HEADER_BYTES + labelBytes, valueBytes);
        final ByteBuffer memory = BufferUtil.allocateDirectAligned(valueBytes, BitUtil.CACHE_LINE_LENGTH * 2);
        values = new UnsafeBuffer(memory);
        counters = new CountersManager(new UnsafeBuffer(all, HEADER_BYTES, labelBytes), values);
        errors = new DistinctErrorLog(
                new UnsafeBuffer(all, HEADER_BYTES + labelBytes + valueBytes, ERROR_BYTES), System::currentTimeMillis);
    }

    /** Writes every byte before any is mapped: a mapped page that finds no room on the disk kills the process. */
    private static void layDown(final Path path, final int length) {
        try {
            Files.deleteIfExists(path);
            Files.write(path, new byte[length]);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything has its place: readers may come. */
    public void ready() {
        publish();
        file.signalReady(VERSION);
    }

    /** Copies the counters and statistics into the file, with the time. */
    public void publish() {
        final int sequenceOffset = MarkHeaderDecoder.sequenceEncodingOffset();
        final long sequence = header.getLong(sequenceOffset);
        header.putLongVolatile(sequenceOffset, sequence | 1);
        // What follows may not be seen before the odd number.
        VarHandle.storeStoreFence();
        published.putBytes(0, values, 0, values.capacity());
        for (int core = 0; core < sections.length; core++) {
            sections[core].publish(statistics[core]);
        }
        header.putLong(MarkHeaderDecoder.publishedNsEncodingOffset(), System.nanoTime());
        file.timestampRelease(System.currentTimeMillis());
        header.putLongRelease(sequenceOffset, (sequence | 1) + 1);
    }

    /** Where a core counts. */
    public Statistics statistics(final int core) {
        return statistics[core];
    }

    /** The broker has ended in order: nothing changes any more. */
    public void ended() {
        publish();
        header.putLongRelease(MarkHeaderDecoder.endedMsEncodingOffset(), System.currentTimeMillis());
    }

    public CountersManager counters() {
        return counters;
    }

    /** Errors of a kind are kept once, with their number and times. Any thread. */
    public DistinctErrorLog errors() {
        return errors;
    }

    /** The counters of a mark file that some process writes or wrote, over its mapped bytes. */
    public static CountersReader reader(final AtomicBuffer mapped) {
        final MarkHeaderDecoder header = new MarkHeaderDecoder().wrap(mapped, 0, HEADER_BYTES, 0);
        return new CountersReader(
                new UnsafeBuffer(mapped, HEADER_BYTES, header.labelBytes()),
                new UnsafeBuffer(mapped, HEADER_BYTES + header.labelBytes(), header.valueBytes()));
    }

    /** Where a mark file keeps its distinct errors. */
    public static AtomicBuffer errors(final AtomicBuffer mapped) {
        final MarkHeaderDecoder header = new MarkHeaderDecoder().wrap(mapped, 0, HEADER_BYTES, 0);
        return new UnsafeBuffer(mapped, HEADER_BYTES + header.labelBytes() + header.valueBytes(), header.errorBytes());
    }

    @Override
    public void close() {
        file.close();
    }
}
