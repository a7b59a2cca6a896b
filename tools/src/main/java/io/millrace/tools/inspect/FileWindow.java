package io.millrace.tools.inspect;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A file's bytes as far as it reached when it was opened, read piecewise. Not mapped: a file that a broker cuts
 * meanwhile would take the process down.
 */
final class FileWindow implements AutoCloseable {
    private static final int WINDOW_BYTES = 1 << 20;

    private final Path file;
    private final FileChannel channel;
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private long length;
    private byte[] window = new byte[0];
    private long windowStart;
    private int windowLength;

    FileWindow(final Path file) throws IOException {
        this.file = file;
        channel = FileChannel.open(file, StandardOpenOption.READ);
        length = channel.size();
    }

    /** All of a small file. */
    static byte[] readAll(final Path file, final long bytesMax) {
        try {
            if (Files.size(file) > bytesMax) {
                throw new InspectException(file + ": larger than a file of its kind can be");
            }
            return Files.readAllBytes(file);
        } catch (final IOException e) {
            throw new InspectException(file + ": " + reason(e));
        }
    }

    static String reason(final IOException e) {
        return switch (e) {
            case NoSuchFileException gone -> "no such file or directory";
            case AccessDeniedException denied -> "permission denied";
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }

    Path file() {
        return file;
    }

    /** The length at the time of opening, or less if the file was cut since. */
    long length() {
        return length;
    }

    /** The bytes there, valid until the next call; null if the file no longer reaches so far. */
    UnsafeBuffer at(final long position, final int count) {
        if (position + count > length) {
            return null;
        }
        if (position < windowStart || position + count > windowStart + windowLength) {
            fill(position, count);
            if (position + count > length) {
                return null;
            }
        }
        view.wrap(window, (int) (position - windowStart), count);
        return view;
    }

    private void fill(final long position, final int count) {
        final int wanted = (int) Math.min(length - position, Math.max(count, WINDOW_BYTES));
        if (window.length < wanted) {
            window = new byte[wanted];
        }
        windowStart = position;
        windowLength = 0;
        try {
            while (windowLength < wanted) {
                final int read = channel.read(
                        ByteBuffer.wrap(window, windowLength, wanted - windowLength), position + windowLength);
                if (read < 0) {
                    length = position + windowLength;
                    return;
                }
                windowLength += read;
            }
        } catch (final IOException e) {
            throw new InspectException(file + " at byte " + (position + windowLength) + ": " + reason(e));
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (final IOException e) {
            throw new InspectException(file + ": " + reason(e));
        }
    }
}
