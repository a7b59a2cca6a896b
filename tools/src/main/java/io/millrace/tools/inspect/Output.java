package io.millrace.tools.inspect;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/** Lines to wherever the output goes. A reader that has seen enough, such as {@code head}, ends the program quietly. */
final class Output implements AutoCloseable {
    /** The reader went away. */
    static final class ReaderGone extends RuntimeException {
        private static final long serialVersionUID = 1;

        ReaderGone(final IOException cause) {
            super(cause);
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
            throw new ReaderGone(e);
        }
    }

    @Override
    public void close() {
        try {
            writer.flush();
        } catch (final IOException e) {
            throw new ReaderGone(e);
        }
    }
}
