package io.millrace.tools.client;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Standard output as bytes, buffered. Unlike System.out it tells when nobody reads any more. */
final class Output {
    private static final int BUFFER_BYTES = 64 * 1024;

    /** Output goes nowhere any more. */
    static final class NotWritten extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotWritten(final IOException cause) {
            super(cause.getMessage(), cause);
        }

        /** Whether it is a reader who has seen enough, such as {@code head}, and not a disk that is full. */
        boolean isReaderGone() {
            return "Broken pipe".equals(getMessage());
        }
    }

    private final OutputStream stream;

    Output(final OutputStream stream) {
        this.stream = new BufferedOutputStream(stream, BUFFER_BYTES);
    }

    static Output standard() {
        return new Output(new FileOutputStream(FileDescriptor.out));
    }

    void line(final CharSequence text) {
        text(text);
        newline();
    }

    void text(final CharSequence text) {
        bytes(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    void newline() {
        try {
            stream.write('\n');
        } catch (final IOException e) {
            throw new NotWritten(e);
        }
    }

    void bytes(final byte[] bytes) {
        try {
            stream.write(bytes);
        } catch (final IOException e) {
            throw new NotWritten(e);
        }
    }

    void flush() {
        try {
            stream.flush();
        } catch (final IOException e) {
            throw new NotWritten(e);
        }
    }
}
