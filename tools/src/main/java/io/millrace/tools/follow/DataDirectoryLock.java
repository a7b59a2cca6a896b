package io.millrace.tools.follow;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps everyone else, brokers too, out of a data directory. */
final class DataDirectoryLock implements AutoCloseable {
    private final FileChannel channel;

    /** @throws IOException if the directory cannot be used; the message is for people */
    DataDirectoryLock(final Path directory) throws IOException {
        try {
            Files.createDirectories(directory);
            channel = FileChannel.open(directory.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (final FileAlreadyExistsException failure) {
            throw new IOException("the data directory " + directory + " is not a directory", failure);
        } catch (final AccessDeniedException failure) {
            throw new IOException("cannot write to the data directory " + directory + ": permission denied", failure);
        } catch (final IOException failure) {
            throw new IOException("cannot write to the data directory " + directory + ": " + failure, failure);
        }
        if (!tryLock()) {
            channel.close();
            throw new IOException("the data directory " + directory + " is in use by another process");
        }
    }

    private boolean tryLock() throws IOException {
        try {
            final FileLock lock = channel.tryLock();
            return lock != null;
        } catch (final OverlappingFileLockException heldByUs) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (final IOException ignored) {
            // The lock goes with the process.
        }
    }
}
