package io.millrace.perf.load;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/**
 * Makes and reads records' values: JSON and binary ones in turn, all of the same size. Both hold the record's stamp at
 * their beginning and its id once more at their end, so that a value of which a part is another's is found out.
 *
 * <pre>
 *   binary   0: 'B'   1: writer (4)   5: sequence (8)   13: due ns (8)   21: random bytes …   n−8: id (8)
 *   JSON     {"writer":1,"sequence":2,"dueNs":3,"text":"…","id":4}
 * </pre>
 */
final class Values {
    static final int BYTES_MIN = 160;

    private static final byte BINARY = 'B';
    private static final int STAMP_BYTES = 1 + Integer.BYTES + 2 * Long.BYTES;
    private static final int LETTERS = 26;
    private static final JsonFactory JSON = new JsonFactory();

    private final byte[] noise;
    private final String text;
    private final int bytes;

    Values(final int bytes, final long seed) {
        if (bytes < BYTES_MIN) {
            throw new IllegalArgumentException("a value needs " + BYTES_MIN + " bytes at least");
        }
        this.bytes = bytes;
        final Random random = new Random(seed);
        noise = new byte[bytes];
        random.nextBytes(noise);
        final StringBuilder letters = new StringBuilder(bytes);
        for (int i = 0; i < bytes; i++) {
            letters.append((char) ('a' + random.nextInt(LETTERS)));
        }
        text = letters.toString();
    }

    byte[] write(final Stamp stamp) {
        return (stamp.sequence() & 1) == 0 ? json(stamp) : binary(stamp);
    }

    private byte[] binary(final Stamp stamp) {
        final byte[] value = noise.clone();
        ByteBuffer.wrap(value)
                .put(BINARY)
                .putInt(stamp.writer())
                .putLong(stamp.sequence())
                .putLong(stamp.dueNs())
                .putLong(bytes - Long.BYTES, stamp.id());
        return value;
    }

    private byte[] json(final Stamp stamp) {
        final StringBuilder value = new StringBuilder(bytes)
                .append("{\"writer\":")
                .append(stamp.writer())
                .append(",\"sequence\":")
                .append(stamp.sequence())
                .append(",\"dueNs\":")
                .append(stamp.dueNs())
                .append(",\"text\":\"");
        final String end = "\",\"id\":" + stamp.id() + "}";
        value.append(text, 0, bytes - value.length() - end.length()).append(end);
        return value.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Reads a value's stamp.
     *
     * @throws IOException if the value is none that was made here, whole
     */
    static Stamp read(final byte[] value) throws IOException {
        return value != null && value.length >= BYTES_MIN && value[0] == BINARY ? readBinary(value) : readJson(value);
    }

    private static Stamp readBinary(final byte[] value) throws IOException {
        final ByteBuffer in = ByteBuffer.wrap(value);
        final Stamp stamp =
                new Stamp(in.getInt(1), in.getLong(1 + Integer.BYTES), in.getLong(STAMP_BYTES - Long.BYTES));
        return checked(stamp, in.getLong(value.length - Long.BYTES));
    }

    private static Stamp readJson(final byte[] value) throws IOException {
        if (value == null) {
            throw new IOException("a record without a value");
        }
        long writer = -1;
        long sequence = -1;
        long dueNs = -1;
        long id = -1;
        try (JsonParser in = JSON.createParser(value)) {
            in.nextToken();
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                final String name = in.currentName();
                in.nextToken();
                switch (name) {
                    case "writer" -> writer = in.getLongValue();
                    case "sequence" -> sequence = in.getLongValue();
                    case "dueNs" -> dueNs = in.getLongValue();
                    case "id" -> id = in.getLongValue();
                    default -> in.getTextLength();
                }
            }
        }
        return checked(new Stamp((int) writer, sequence, dueNs), id);
    }

    private static Stamp checked(final Stamp stamp, final long id) throws IOException {
        if (stamp.id() != id) {
            throw new IOException("a value that says to be " + stamp + " ends as another's");
        }
        return stamp;
    }
}
