package io.millrace.perf.server;

import io.millrace.perf.report.Figures;
import io.millrace.perf.report.Metric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.HdrHistogram.Histogram;

/**
 * What the disk alone does of what a broker asks of it before an ack: writes beside the page cache over blocks that are
 * there, one after another, each synced before the next. The rate is that of 1 MB a sync, latencies are those of 64 KB.
 * Does not take part in a comparison but bounds it.
 */
public final class DiskFloor {
    private static final int BLOCK_BYTES = 4 << 10;
    private static final int SMALL_BYTES = 64 << 10;
    private static final int LARGE_BYTES = 1 << 20;
    private static final int FILE_BYTES = 256 << 20;
    private static final double BYTES_PER_MB = 1e6;
    private static final double NS_PER_S = 1e9;

    private final Path file;

    public DiskFloor(final Path scratch) {
        file = scratch.resolve("disk-floor");
    }

    /**
     * Measures for that long, half of it for each size.
     *
     * @throws IOException if the folder's file system does not take direct writes, or the disk fails
     */
    public Figures run(final long measuredMs) throws IOException {
        final long halfNs = measuredMs * 1_000_000 / 2;
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, direct())) {
            final ByteBuffer bytes = ByteBuffer.allocateDirect(LARGE_BYTES + BLOCK_BYTES)
                    .alignedSlice(BLOCK_BYTES)
                    .limit(LARGE_BYTES);
            for (long position = 0; position < FILE_BYTES; position += LARGE_BYTES) {
                write(channel, bytes, position);
            }
            channel.force(true);
            final Histogram latencies = new Histogram(3);
            final long beganNs = System.nanoTime();
            final long written = syncedWrites(channel, bytes, halfNs, new Histogram(3));
            final double rate = written / BYTES_PER_MB / ((System.nanoTime() - beganNs) / NS_PER_S);
            syncedWrites(channel, bytes.limit(SMALL_BYTES), halfNs, latencies);
            return new Figures().put(Metric.BYTE_RATE, rate).putLatencies(latencies);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** The JDK's own, which the compiler warns of by name. */
    private static OpenOption direct() throws IOException {
        try {
            return (OpenOption) Class.forName("com.sun.nio.file.ExtendedOpenOption")
                    .getField("DIRECT")
                    .get(null);
        } catch (final ReflectiveOperationException e) {
            throw new IOException("this JDK knows no writes beside the page cache", e);
        }
    }

    private static long syncedWrites(
            final FileChannel channel, final ByteBuffer bytes, final long forNs, final Histogram latencies)
            throws IOException {
        final long beganNs = System.nanoTime();
        long written = 0;
        for (long nowNs = beganNs; nowNs - beganNs < forNs; ) {
            write(channel, bytes, written % FILE_BYTES);
            channel.force(false);
            written += bytes.limit();
            final long endedNs = System.nanoTime();
            latencies.recordValue(endedNs - nowNs);
            nowNs = endedNs;
        }
        return written;
    }

    private static void write(final FileChannel channel, final ByteBuffer bytes, final long position)
            throws IOException {
        bytes.position(0);
        while (bytes.hasRemaining()) {
            channel.write(bytes, position + bytes.position());
        }
    }
}
