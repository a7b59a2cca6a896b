package io.millrace.engine.batch;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Gives the records of a batch the numbers that their places say, as Apache Kafka does with unpacked batches of clients
 * that count wrongly. Allocates; not for a core's thread.
 */
public final class RecordNumbers {
    private static final int VARINT_BYTES_MAX = 5;
    private static final int PAYLOAD_BITS = 7;
    private static final int PAYLOAD_MASK = 0x7f;
    private static final int MORE_FLAG = 0x80;

    private RecordNumbers() {}

    /** Copies well-formed records that lie in {@code [from, to)}, numbered from 0. */
    public static UnsafeBuffer renumber(
            final UnsafeBuffer records, final int from, final int to, final int recordCount) {
        final RecordWalker walker = new RecordWalker().wrap(records, from, to, recordCount);
        // Numbers and lengths may each become longer.
        final byte[] out = new byte[to - from + 2 * VARINT_BYTES_MAX * recordCount];
        int position = 0;
        while (walker.next()) {
            final int bodyFrom = walker.position() + walker.sizeInBytes() - walker.bodyBytes();
            final int numberFrom = skipVarint(records, bodyFrom + 1);
            final int numberTo = skipVarint(records, numberFrom);
            final int bodyTo = walker.position() + walker.sizeInBytes();
            final int body = bodyTo - bodyFrom - (numberTo - numberFrom) + varintBytes(walker.index());
            position = putVarint(out, position, body);
            records.getBytes(bodyFrom, out, position, numberFrom - bodyFrom);
            position = putVarint(out, position + numberFrom - bodyFrom, walker.index());
            records.getBytes(numberTo, out, position, bodyTo - numberTo);
            position += bodyTo - numberTo;
        }
        return new UnsafeBuffer(out, 0, position);
    }

    private static int skipVarint(final UnsafeBuffer bytes, final int from) {
        int at = from;
        while (bytes.getByte(at) < 0) {
            at++;
        }
        return at + 1;
    }

    private static int varintBytes(final int value) {
        int bytes = 1;
        for (int rest = value << 1; (rest & ~PAYLOAD_MASK) != 0; rest >>>= PAYLOAD_BITS) {
            bytes++;
        }
        return bytes;
    }

    /** Zigzag, of a value that is not negative. */
    private static int putVarint(final byte[] out, final int from, final int value) {
        int at = from;
        int rest = value << 1;
        while ((rest & ~PAYLOAD_MASK) != 0) {
            out[at++] = (byte) (rest & PAYLOAD_MASK | MORE_FLAG);
            rest >>>= PAYLOAD_BITS;
        }
        out[at++] = (byte) rest;
        return at;
    }
}
