package io.millrace.net.aeron;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where and how large an {@link EmbeddedDriver} may be. */
public final class EmbeddedDriverContext {
    static final int MTU_BYTES = 8192;
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final int TERM_BYTES_MIN = 64 * 1024;
    private static final int TERM_BYTES_MAX = 1 << 30;
    /** Counters, command and error buffers; then three terms for each publication and image of a few lanes. */
    private static final long BUFFERS_BYTES = 16L << 20;

    private static final int LOGS = 4;
    private static final int TERMS = 3;

    private Path directory;
    private int termBytes = 1 << 20;

    /** The folder for Aeron's files; made here, removed when the driver ends. Default: one of its own in memory. */
    public EmbeddedDriverContext directory(final Path wanted) {
        directory = wanted;
        return this;
    }

    public Path directory() {
        return directory;
    }

    /** Length of a term: a power of two; the largest message is an eighth of it. */
    public EmbeddedDriverContext termBytes(final int bytes) {
        termBytes = bytes;
        return this;
    }

    public int termBytes() {
        return termBytes;
    }

    long bytesNeeded() {
        return BUFFERS_BYTES + (long) LOGS * TERMS * termBytes;
    }

    /**
     * Fills in defaults and checks that Aeron can live there.
     *
     * @throws AeronException if not, saying what to do
     */
    public EmbeddedDriverContext conclude() {
        if (Integer.bitCount(termBytes) != 1 || termBytes < TERM_BYTES_MIN || termBytes > TERM_BYTES_MAX) {
            throw new AeronException("term of " + termBytes + " bytes: expected a power of two from " + TERM_BYTES_MIN
                    + " to " + TERM_BYTES_MAX);
        }
        if (directory == null) {
            final Path base =
                    Files.isDirectory(SHARED_MEMORY) ? SHARED_MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
            AbandonedDirectories.remove(base);
            directory = base.resolve(
                    AbandonedDirectories.PREFIX + ProcessHandle.current().pid());
        }
        directory = directory.toAbsolutePath().normalize();
        checkPlace();
        return this;
    }

    private void checkPlace() {
        final Path existing = nearestExisting(directory);
        if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
            throw new AeronException("cannot keep Aeron's buffers in " + directory + ": " + existing
                    + " is not a writable directory; name another one with --aeron-dir");
        }
        final long usable = usableBytes(existing);
        if (usable < bytesNeeded()) {
            throw new AeronException("cannot keep Aeron's buffers in " + directory + ": " + (usable >> 20)
                    + " MB free, "
                    + (bytesNeeded() >> 20) + " MB needed; enlarge it (docker run --shm-size=64m), or name another"
                    + " directory with --aeron-dir, such as one below " + System.getProperty("java.io.tmpdir"));
        }
    }

    private static Path nearestExisting(final Path path) {
        Path existing = path;
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        return existing;
    }

    private static long usableBytes(final Path path) {
        try {
            final FileStore store = Files.getFileStore(path);
            return store.getUsableSpace();
        } catch (final IOException unknown) {
            throw new AeronException("cannot keep Aeron's buffers in " + path + ": " + unknown.getMessage(), unknown);
        }
    }
}
