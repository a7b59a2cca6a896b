package io.millrace.net.broker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The data directory, held for this process alone by a lock on {@code .lock}, as Apache Kafka holds its own. */
final class DataDirectory implements AutoCloseable {
    private static final String LOCK = ".lock";
    private static final int PID_DIGITS_MAX = 20;

    private final Path path;
    private final FileChannel channel;

    private DataDirectory(final Path path, final FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Makes the directory if need be and takes it.
     *
     * @throws BrokerException if that is not possible, in one line
     */
    static DataDirectory claim(final Path wanted) {
        final Path path = wanted.toAbsolutePath().normalize();
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new BrokerException("data directory " + path + " is not a directory");
        }
        try {
            Files.createDirectories(path);
        } catch (final IOException e) {
            throw new BrokerException("data directory " + path + " cannot be made: " + why(e), e);
        }
        try {
            final FileChannel channel = FileChannel.open(
                    path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (tryLock(channel) == null) {
                final String holder = read(channel);
                channel.close();
                throw new BrokerException(
                        "data directory " + path + " is in use by another broker" + (holder.isEmpty() ? "" : holder));
            }
            writePid(channel);
            return new DataDirectory(path, channel);
        } catch (final IOException e) {
            throw notWritable(path, e);
        }
    }

    private static FileLock tryLock(final FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (final OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    private static String read(final FileChannel channel) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(PID_DIGITS_MAX);
        channel.read(bytes, 0);
        final String pid = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII).trim();
        return pid.matches("[0-9]+") ? " (process " + pid + " holds its lock)" : "";
    }

    private static void writePid(final FileChannel channel) throws IOException {
        channel.truncate(0);
        final String pid = ProcessHandle.current().pid() + "\n";
        channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
    }

    static BrokerException notWritable(final Path path, final IOException e) {
        final OpenFiles files = OpenFiles.now();
        if (files.areUsedUp()) {
            return files.refusal(e);
        }
        return new BrokerException("data directory " + path + " cannot be written: " + why(e), e);
    }

    private static String why(final IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "permission denied";
            // Also what a file system says that takes no directories, as /proc does.
            case NoSuchFileException missing -> "no such file or directory";
            case FileAlreadyExistsException inTheWay -> inTheWay.getFile() + " is a file";
            case FileSystemException named when named.getReason() != null -> named.getReason();
            default -> e.getMessage() == null ? e.toString() : e.getMessage();
        };
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (final IOException e) {
            throw new BrokerException("data directory " + path + " cannot be released: " + why(e), e);
        }
    }
}
