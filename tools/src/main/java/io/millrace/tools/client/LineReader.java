package io.millrace.tools.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Lines of bytes, whatever their encoding; the last one may lack its end. */
final class LineReader {
    private final InputStream in;
    private final byte[] buffer = new byte[64 * 1024];
    private int position;
    private int limit;

    LineReader(final InputStream in) {
        this.in = in;
    }

    /** The next line without its newline, or null at the end. */
    byte[] next() throws IOException {
        final ByteArrayOutputStream line = new ByteArrayOutputStream();
        boolean begun = false;
        while (position < limit || fill()) {
            begun = true;
            final int from = position;
            while (position < limit && buffer[position] != '\n') {
                position++;
            }
            line.write(buffer, from, position - from);
            if (position < limit) {
                position++;
                return line.toByteArray();
            }
        }
        return begun ? line.toByteArray() : null;
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, in.read(buffer));
        return limit > 0;
    }
}
