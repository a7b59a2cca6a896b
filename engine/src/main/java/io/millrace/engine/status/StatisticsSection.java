package io.millrace.engine.status;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.AtomicBuffer;

/**
 * One core's {@link Statistics} as they lie in the mark file: names first, then the slots. One thread writes.
 *
 * <pre>
 *   0         64                64 + 512 × 64             + 20480 × 8
 *   +---------+-----------------+-------------------------+
 *   | names   | names, in the   | slots, as the core has  |
 *   | int32   | order of making | them in memory          |
 *   +---------+-----------------+-------------------------+
 *   a name:
 *     0      1      2        4            8            12                64
 *     +------+------+--------+------------+------------+-----------------+
 *     | kind | unit | name   | first slot | slots      | name, ASCII     |
 *     | u8   | u8   | bytes  | int32      | int32      |                 |
 *     +------+------+--------+------------+------------+-----------------+
 * </pre>
 */
public final class StatisticsSection {
    private static final int NAMES_OFFSET = 64;
    private static final int NAME_LENGTH = 64;
    private static final int UNIT = 1;
    private static final int NAME_BYTES = 2;
    private static final int FIRST_SLOT = 4;
    private static final int SLOT_COUNT = 8;
    private static final int NAME = 12;
    private static final int SLOTS_OFFSET = NAMES_OFFSET + Statistics.NAMES_MAX * NAME_LENGTH;

    /** Bytes of a section. */
    public static final int BYTES = SLOTS_OFFSET + Statistics.SLOTS_MAX * Long.BYTES;

    private static final Statistic.Kind[] KINDS = Statistic.Kind.values();
    private static final Statistic.Unit[] UNITS = Statistic.Unit.values();

    private final AtomicBuffer buffer;
    private boolean[] changedBefore = {};

    /** @param buffer {@link #BYTES} long, zeros at first */
    public StatisticsSection(final AtomicBuffer buffer) {
        this.buffer = buffer;
    }

    /**
     * Copies what changed, so that figures that nobody touches cost no memory here. The owner goes on counting meanwhile:
     * what changed is copied once more the next time, when all that belonged to the change has arrived.
     */
    public void publish(final Statistics statistics) {
        final Statistic[] names = statistics.names();
        final long[] slots = statistics.slots();
        final int known = buffer.getInt(0);
        for (int i = known; i < names.length; i++) {
            writeName(NAMES_OFFSET + i * NAME_LENGTH, names[i]);
        }
        if (changedBefore.length < names.length) {
            changedBefore = Arrays.copyOf(changedBefore, names.length);
        }
        for (int n = 0; n < names.length; n++) {
            final Statistic name = names[n];
            final int first = SLOTS_OFFSET + name.firstSlot() * Long.BYTES;
            // The first slot of each kind changes with any other.
            final boolean changed = buffer.getLong(first) != slots[name.firstSlot()];
            final boolean copies = changed || changedBefore[n];
            changedBefore[n] = changed;
            if (copies) {
                for (int i = 0; i < name.slotCount(); i++) {
                    final long value = slots[name.firstSlot() + i];
                    if (buffer.getLong(first + i * Long.BYTES) != value) {
                        buffer.putLong(first + i * Long.BYTES, value);
                    }
                }
            }
        }
        buffer.putIntRelease(0, names.length);
    }

    private void writeName(final int offset, final Statistic statistic) {
        final byte[] ascii = statistic.name().getBytes(StandardCharsets.US_ASCII);
        final int length = Math.min(ascii.length, Statistics.NAME_BYTES_MAX);
        buffer.putByte(offset, (byte) statistic.kind().ordinal());
        buffer.putByte(offset + UNIT, (byte) statistic.unit().ordinal());
        buffer.putShort(offset + NAME_BYTES, (short) length);
        buffer.putInt(offset + FIRST_SLOT, statistic.firstSlot());
        buffer.putInt(offset + SLOT_COUNT, statistic.slotCount());
        buffer.putBytes(offset + NAME, ascii, 0, length);
    }

    /** The names that are there. */
    public List<Statistic> names() {
        final int count = Math.min(buffer.getIntVolatile(0), Statistics.NAMES_MAX);
        final List<Statistic> names = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            names.add(readName(NAMES_OFFSET + i * NAME_LENGTH));
        }
        return names;
    }

    private Statistic readName(final int offset) {
        final byte[] ascii = new byte[Math.min(buffer.getShort(offset + NAME_BYTES), Statistics.NAME_BYTES_MAX)];
        buffer.getBytes(offset + NAME, ascii);
        return new Statistic(
                new String(ascii, StandardCharsets.US_ASCII),
                KINDS[buffer.getByte(offset)],
                UNITS[buffer.getByte(offset + UNIT)],
                buffer.getInt(offset + FIRST_SLOT),
                buffer.getInt(offset + SLOT_COUNT));
    }

    /** The slots of a figure. */
    public long[] values(final Statistic statistic) {
        final long[] values = new long[statistic.slotCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = buffer.getLong(SLOTS_OFFSET + (statistic.firstSlot() + i) * Long.BYTES);
        }
        return values;
    }
}
