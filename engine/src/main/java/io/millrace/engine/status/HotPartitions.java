package io.millrace.engine.status;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The partitions of a core that have the most to do, the hottest first, in slots of {@link Statistics}. To who knows nothing
 * of such a table it is the counter of its updates. An entry may be copied while it is written; its check tells.
 * Owned by the core's thread.
 *
 * <pre>
 *   slot 0         1            2      3       4            8               8 + 40             8 + 16 × 40
 *        +---------+------------+------+-------+----------+-+---------------+-----------+ … +
 *        | updates | measured   | in/s | out/s | requests | | entry 0       | entry 1   |   |
 *        |         | at, ns     | of all partitions /s    | |               |           |   |
 *        +---------+------------+------+-------+----------+-+---------------+-----------+ … +
 *   an entry:
 *     0       1      2       3            4            5               40
 *     +-------+------+-------+------------+------------+---------------+
 *     | check | in/s | out/s | requests/s | bytes of   | name, ASCII,  |
 *     |       |      |       |            | the name   | 8 bytes each  |
 *     +-------+------+-------+------------+------------+---------------+
 * </pre>
 */
public final class HotPartitions {
    public static final int ENTRIES = 16;
    /** Bytes in, bytes out, requests: each per second. */
    public static final int RATES = 3;

    private static final int MEASURED_NS = 1;
    private static final int ALL = 2;
    private static final int FIRST_ENTRY = 8;
    private static final int ENTRY_SLOTS = 40;
    private static final int RATE = 1;
    private static final int NAME_BYTES = 4;
    private static final int NAME = 5;
    private static final int NAME_BYTES_MAX = (ENTRY_SLOTS - NAME) * Long.BYTES;
    /** What a batch or a read costs beside its bytes, in bytes. */
    private static final long REQUEST_BYTES = 4096;

    static final int SLOTS = FIRST_ENTRY + ENTRIES * ENTRY_SLOTS;

    /** A partition as a reader finds it; rates are per second. */
    public record Entry(String name, long bytesIn, long bytesOut, long requests) {
        public long load() {
            return HotPartitions.load(bytesIn, bytesOut, requests);
        }
    }

    /**
     * What a reader finds.
     *
     * @param measuredNs on the clock of the broker; 0 if nothing was measured yet
     */
    public record Copy(long measuredNs, long bytesIn, long bytesOut, long requests, List<Entry> entries) {
        public long load() {
            return HotPartitions.load(bytesIn, bytesOut, requests);
        }
    }

    private final long[] slots;
    private final int first;

    HotPartitions(final long[] slots, final int first) {
        this.slots = slots;
        this.first = first;
    }

    /** One figure for how much a partition has to do: bytes, and so many for each batch and each read. */
    public static long load(final long bytesIn, final long bytesOut, final long requests) {
        return bytesIn + bytesOut + requests * REQUEST_BYTES;
    }

    public void begin(final long nowNs, final long bytesIn, final long bytesOut, final long requests) {
        slots[first + MEASURED_NS] = nowNs;
        slots[first + ALL] = bytesIn;
        slots[first + ALL + 1] = bytesOut;
        slots[first + ALL + 2] = requests;
    }

    /** The name is what stands in the text from a position on. */
    public void entry(
            final int index,
            final String text,
            final int from,
            final long bytesIn,
            final long bytesOut,
            final long requests) {
        final int at = first + FIRST_ENTRY + index * ENTRY_SLOTS;
        final int length = Math.min(text.length() - from, NAME_BYTES_MAX);
        slots[at] = 0;
        slots[at + RATE] = bytesIn;
        slots[at + RATE + 1] = bytesOut;
        slots[at + RATE + 2] = requests;
        slots[at + NAME_BYTES] = length;
        for (int i = 0; i < length; i += Long.BYTES) {
            long packed = 0;
            for (int b = 0; b < Long.BYTES && i + b < length; b++) {
                packed |= (text.charAt(from + i + b) & 0xffL) << (b * Byte.SIZE);
            }
            slots[at + NAME + i / Long.BYTES] = packed;
        }
        slots[at] = check(slots, at);
    }

    public void noEntry(final int index) {
        slots[first + FIRST_ENTRY + index * ENTRY_SLOTS + NAME_BYTES] = 0;
    }

    public void end() {
        slots[first]++;
    }

    private static long check(final long[] slots, final int at) {
        final int end = at + NAME + ((int) slots[at + NAME_BYTES] + Long.BYTES - 1) / Long.BYTES;
        long check = 1;
        for (int i = at + 1; i < end; i++) {
            check = check * 31 + slots[i];
        }
        return check;
    }

    /** What a copy of the slots says; entries that are half written are left out. */
    public static Copy read(final long[] copied) {
        final List<Entry> entries = new ArrayList<>();
        for (int at = FIRST_ENTRY; at + ENTRY_SLOTS <= copied.length; at += ENTRY_SLOTS) {
            final long length = copied[at + NAME_BYTES];
            if (length > 0 && length <= NAME_BYTES_MAX && copied[at] == check(copied, at)) {
                entries.add(new Entry(
                        name(copied, at + NAME, (int) length),
                        copied[at + RATE],
                        copied[at + RATE + 1],
                        copied[at + RATE + 2]));
            }
        }
        return new Copy(copied[MEASURED_NS], copied[ALL], copied[ALL + 1], copied[ALL + 2], entries);
    }

    private static String name(final long[] copied, final int at, final int length) {
        final byte[] ascii = new byte[length];
        for (int i = 0; i < length; i++) {
            ascii[i] = (byte) (copied[at + i / Long.BYTES] >>> (i % Long.BYTES * Byte.SIZE));
        }
        return new String(ascii, StandardCharsets.US_ASCII);
    }
}
