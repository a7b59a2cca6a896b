package io.millrace.engine.log;

import static java.nio.ByteOrder.BIG_ENDIAN;

import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The aborted transactions whose markers lie in one segment, ascending by marker; in memory as long as the segment is
 * there, since few segments have any. Owned by the log's core.
 *
 * <pre>
 *   0          2             10            18            26                   34
 *  +----------+-------------+-------------+-------------+--------------------+     big-endian, as in
 *  | version  | producer id | first       | last        | last stable offset |     Kafka's TransactionIndex
 *  | int16 = 0|             | offset      | offset      | at the abort       |
 *  +----------+-------------+-------------+-------------+--------------------+
 * </pre>
 */
public final class AbortedTransactions {
    public static final int ENTRY_BYTES = 34;

    private static final short VERSION = 0;
    private static final int PRODUCER_ID_AT = 2;
    private static final int FIRST_OFFSET_AT = 10;
    private static final int LAST_OFFSET_AT = 18;
    private static final int LAST_STABLE_OFFSET_AT = 26;
    private static final int WORDS = 4;

    private long[] words = new long[4 * WORDS];
    private int count;

    /** Takes over an index file's bytes; null if they are not sound for a segment that begins there. */
    public static AbortedTransactions decode(final DirectBuffer bytes, final int length, final long baseOffset) {
        if (length % ENTRY_BYTES != 0) {
            return null;
        }
        final AbortedTransactions decoded = new AbortedTransactions();
        long previous = baseOffset - 1;
        for (int at = 0; at < length; at += ENTRY_BYTES) {
            final long firstOffset = bytes.getLong(at + FIRST_OFFSET_AT, BIG_ENDIAN);
            final long lastOffset = bytes.getLong(at + LAST_OFFSET_AT, BIG_ENDIAN);
            if (bytes.getShort(at, BIG_ENDIAN) != VERSION
                    || lastOffset <= previous
                    || firstOffset < 0
                    || firstOffset >= lastOffset) {
                return null;
            }
            previous = lastOffset;
            decoded.add(
                    bytes.getLong(at + PRODUCER_ID_AT, BIG_ENDIAN),
                    firstOffset,
                    lastOffset,
                    bytes.getLong(at + LAST_STABLE_OFFSET_AT, BIG_ENDIAN));
        }
        return decoded;
    }

    void add(final long producerId, final long firstOffset, final long lastOffset, final long lastStableOffset) {
        if (count > 0 && lastOffset <= lastOffset(count - 1)) {
            throw new IllegalStateException("marker " + lastOffset + " after " + lastOffset(count - 1));
        }
        if (count * WORDS == words.length) {
            words = Arrays.copyOf(words, words.length * 2);
        }
        final int at = count++ * WORDS;
        words[at] = producerId;
        words[at + 1] = firstOffset;
        words[at + 2] = lastOffset;
        words[at + 3] = lastStableOffset;
    }

    public int count() {
        return count;
    }

    public long producerId(final int entry) {
        return words[entry * WORDS];
    }

    public long firstOffset(final int entry) {
        return words[entry * WORDS + 1];
    }

    /** That of the marker. */
    public long lastOffset(final int entry) {
        return words[entry * WORDS + 2];
    }

    public long lastStableOffset(final int entry) {
        return words[entry * WORDS + 3];
    }

    /** Forgets those whose markers lie at or beyond the offset; true if there were any. */
    boolean truncate(final long offset) {
        final int before = count;
        count = countBelow(offset);
        return count < before;
    }

    /** Those that began below the offset; a copy. */
    AbortedTransactions begunBelow(final long offset) {
        final AbortedTransactions some = new AbortedTransactions();
        for (int i = 0; i < count; i++) {
            if (firstOffset(i) < offset) {
                some.add(producerId(i), firstOffset(i), lastOffset(i), lastStableOffset(i));
            }
        }
        return some;
    }

    /** How many have their markers below the offset. */
    int countBelow(final long offset) {
        int low = 0;
        int high = count;
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (lastOffset(middle) < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * Tells a slice of those that may have records from {@code fromOffset} to {@code toOffset}, the latter excluded.
     *
     * @return whether later segments need not be looked at
     */
    boolean collect(final long fromOffset, final long toOffset, final LogSlice slice) {
        for (int i = countBelow(fromOffset); i < count; i++) {
            if (firstOffset(i) < toOffset) {
                slice.addAborted(producerId(i), firstOffset(i));
            }
            if (lastStableOffset(i) >= toOffset) {
                return true;
            }
        }
        return false;
    }

    /** Entries from {@code from} to {@code to}, the latter excluded, as they lie in a file; in memory of its own. */
    DirectBuffer encode(final int from, final int to) {
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[(to - from) * ENTRY_BYTES]);
        for (int i = from; i < to; i++) {
            final int at = (i - from) * ENTRY_BYTES;
            bytes.putShort(at, VERSION, BIG_ENDIAN);
            bytes.putLong(at + PRODUCER_ID_AT, producerId(i), BIG_ENDIAN);
            bytes.putLong(at + FIRST_OFFSET_AT, firstOffset(i), BIG_ENDIAN);
            bytes.putLong(at + LAST_OFFSET_AT, lastOffset(i), BIG_ENDIAN);
            bytes.putLong(at + LAST_STABLE_OFFSET_AT, lastStableOffset(i), BIG_ENDIAN);
        }
        return bytes;
    }
}
