package io.millrace.tools.inspect;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/** Lines to wherever the output goes. A reader that has seen enough, such as {@code head}, ends the program quietly. */
final class Output implements AutoCloseable {
    /** Output goes nowhere any more. */
    static final class NotWritten extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotWritten(final IOException cause) {
            super(cause.getMessage(), cause);
        }

        /** Whether it is a reader who has seen enough, and not a disk that is full. */
        boolean isReaderGone() {
            return "Broken pipe".equals(getMessage());
        }
    }

    private final Writer writer;

    Output(final OutputStream stream) {
        writer = new BufferedWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), 64 * 1024);
    }

    void line(final CharSequence text) {
        try {
            writer.append(text).append('\n');
        } catch (final IOException e) {
            throw new NotWritten(e);
        }
    }

    @Override
    public void close() {
        try {
            writer.flush();
        } catch (final IOException e) {
            throw new NotWritten(e);
        }
    }
}
