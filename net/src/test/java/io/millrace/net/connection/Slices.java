package io.millrace.net.connection;

import io.millrace.engine.log.LeaseTable;
import io.millrace.engine.log.LogSlice;
import io.millrace.engine.port.DiskFile;
import java.lang.reflect.Field;

/** Leases on any file, without a log around it. */
final class Slices {
    private final LeaseTable table;
    private final int capacity;

    Slices(final int capacity) {
        this.capacity = capacity;
        table = new LeaseTable(capacity, 0, 1);
    }

    LogSlice lend(final DiskFile file, final long position, final int length) {
        final LogSlice slice = table.acquire();
        set(slice, "file", file);
        set(slice, "position", position);
        set(slice, "length", length);
        return slice;
    }

    int lent() {
        return table.lent();
    }

    /** Whether every slice is back: all can be lent again. */
    boolean areBack() {
        final LogSlice[] all = new LogSlice[capacity];
        boolean back = true;
        for (int i = 0; i < capacity; i++) {
            all[i] = table.acquire();
            back &= all[i] != null;
        }
        for (final LogSlice slice : all) {
            if (slice != null) {
                table.release(slice);
            }
        }
        return back;
    }

    private static void set(final LogSlice slice, final String name, final Object value) {
        try {
            final Field field = LogSlice.class.getDeclaredField(name);
            field.setAccessible(true);
            field.set(slice, value);
        } catch (final ReflectiveOperationException changed) {
            throw new AssertionError("a slice no longer has a field " + name, changed);
        }
    }
}
