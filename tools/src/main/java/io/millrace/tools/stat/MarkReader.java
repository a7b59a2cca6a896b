package io.millrace.tools.stat;

import io.millrace.codec.checkpoint.MarkHeaderDecoder;
import io.millrace.engine.os.BrokerMark;
import io.millrace.engine.status.StatisticsSection;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.agrona.concurrent.UnsafeBuffer;

/** Reads the mark file of a broker that runs, starts, stops or has died. Only reads: the broker never notices. */
public final class MarkReader {
    private static final int COPY_ATTEMPTS = 1000;
    /** How much later than its process a mark may claim to have begun. */
    private static final Duration CLOCK_SLACK = Duration.ofSeconds(2);

    private final Path path;
    private final MappedByteBuffer mapped;
    private final UnsafeBuffer buffer;
    private final MarkHeaderDecoder header = new MarkHeaderDecoder();

    private MarkReader(final Path path, final MappedByteBuffer mapped) {
        this.path = path;
        this.mapped = mapped;
        buffer = new UnsafeBuffer(mapped);
        header.wrap(buffer, 0, MarkHeaderDecoder.BLOCK_LENGTH, 0);
    }

    /**
     * Opens the mark of the broker whose data directory this is.
     *
     * @throws StatException if there is none that this version can read
     */
    public static MarkReader open(final Path dataDirectory) {
        final Path path = dataDirectory.resolve(BrokerMark.FILE);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            if (channel.size() < MarkHeaderDecoder.BLOCK_LENGTH) {
                throw new StatException("the broker of " + dataDirectory + " is only just starting: try again");
            }
            final MarkReader reader =
                    new MarkReader(path, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
            reader.checkVersion(dataDirectory);
            return reader;
        } catch (final NoSuchFileException nobody) {
            throw new StatException(
                    Files.isDirectory(dataDirectory)
                            ? "no broker runs in " + dataDirectory + ": there is no " + BrokerMark.FILE
                            : "no broker runs in " + dataDirectory + ": there is no such directory (see --data-dir)");
        } catch (final IOException unreadable) {
            throw new StatException("cannot read " + path + ": " + unreadable.getMessage());
        }
    }

    private void checkVersion(final Path dataDirectory) {
        final int version = buffer.getIntVolatile(MarkHeaderDecoder.versionEncodingOffset());
        if (version == 0) {
            if (!isAlive()) {
                throw new StatException("no broker runs in " + dataDirectory + ": process " + header.pid()
                        + " ended before it had started");
            }
            throw new StatException("the broker of " + dataDirectory + ", process " + header.pid()
                    + ", is still starting: try again, or use --wait");
        }
        if (version != BrokerMark.VERSION) {
            throw new StatException(path + " has layout " + version + ", and this program reads layout "
                    + BrokerMark.VERSION + ": use the stat of the "
                    + (version > BrokerMark.VERSION ? "newer" : "older") + " version that the broker has");
        }
        final long end = (long) sectionsOffset() + (long) header.coreCount() * header.sectionBytes();
        if (header.sectionBytes() != StatisticsSection.BYTES || end > buffer.capacity()) {
            throw new StatException(path + " is damaged: its statistics do not fit");
        }
    }

    private int sectionsOffset() {
        return MarkHeaderDecoder.BLOCK_LENGTH + header.labelBytes() + header.valueBytes() + header.errorBytes();
    }

    /** Whether the broker that wrote this is still there. */
    public boolean isAlive() {
        if (header.endedMs() != 0) {
            return false;
        }
        final Optional<ProcessHandle> process = ProcessHandle.of(header.pid());
        if (process.isPresent() && process.get().isAlive()) {
            final Optional<Instant> began = process.get().info().startInstant();
            // A number that another process got after the broker's end.
            return began.isEmpty()
                    || !began.get()
                            .isAfter(Instant.ofEpochMilli(header.startTimestampMs())
                                    .plus(CLOCK_SLACK));
        }
        return false;
    }

    /** Whether the broker, or a later one, has begun a new mark. */
    public boolean isReplaced() {
        try {
            final MarkHeaderDecoder now = new MarkHeaderDecoder();
            final byte[] head = new byte[MarkHeaderDecoder.BLOCK_LENGTH];
            try (var in = Files.newInputStream(path)) {
                if (in.readNBytes(head, 0, head.length) < head.length) {
                    return true;
                }
            }
            now.wrap(new UnsafeBuffer(head), 0, head.length, 0);
            return now.startTimestampMs() != header.startTimestampMs() || now.pid() != header.pid();
        } catch (final IOException gone) {
            return true;
        }
    }

    /** Says how the broker ended that is not alive. */
    public String epitaph() {
        final String who = "the broker of " + path.getParent() + ", process " + header.pid() + ", ";
        return header.endedMs() != 0
                ? who + "stopped in order at " + time(header.endedMs())
                : who + "is gone without an orderly stop; its last sign of life was at " + time(header.timestampMs());
    }

    private static Instant time(final long ms) {
        return Instant.ofEpochMilli(ms).truncatedTo(ChronoUnit.SECONDS);
    }

    /** The broker's monotonic clock when it last published. */
    public long snapshotNs() {
        return buffer.getLongVolatile(MarkHeaderDecoder.publishedNsEncodingOffset());
    }

    /** How long ago that was. */
    long silentMs() {
        return System.currentTimeMillis() - header.timestampMs();
    }

    private long sequence() {
        return buffer.getLongVolatile(MarkHeaderDecoder.sequenceEncodingOffset());
    }

    /** What the figures are now; a broker that died while it published leaves them half a step apart. */
    public Snapshot snapshot() {
        Snapshot taken = null;
        for (int i = 0; i < COPY_ATTEMPTS; i++) {
            final long before = sequence();
            taken = copy();
            // Nothing of the copy may be read after the number.
            VarHandle.loadLoadFence();
            if ((before & 1) == 0 && sequence() == before) {
                return taken;
            }
            Thread.onSpinWait();
        }
        return taken;
    }

    private Snapshot copy() {
        final List<Figures> cores = new ArrayList<>();
        for (int core = 0; core < header.coreCount(); core++) {
            cores.add(Figures.copy(new StatisticsSection(new UnsafeBuffer(
                    mapped, sectionsOffset() + core * StatisticsSection.BYTES, StatisticsSection.BYTES))));
        }
        return new Snapshot(
                header.pid(),
                header.nodeId(),
                header.startTimestampMs(),
                header.timestampMs(),
                header.publishedNs(),
                cores);
    }
}
