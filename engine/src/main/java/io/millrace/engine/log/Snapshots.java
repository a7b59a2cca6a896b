package io.millrace.engine.log;

import org.agrona.collections.LongArrayList;

/** At which offsets producer snapshots survive a power loss, ascending. */
final class Snapshots {
    private final LongArrayList offsets = new LongArrayList();

    Snapshots copy() {
        final Snapshots copy = new Snapshots();
        for (int i = 0; i < count(); i++) {
            copy.add(at(i));
        }
        return copy;
    }

    void add(final long offset) {
        int at = offsets.size();
        while (at > 0 && offsets.getLong(at - 1) >= offset) {
            if (offsets.getLong(at - 1) == offset) {
                return;
            }
            at--;
        }
        offsets.addLong(at, offset);
    }

    void remove(final long offset) {
        offsets.removeLong(offset);
    }

    int count() {
        return offsets.size();
    }

    long at(final int index) {
        return offsets.getLong(index);
    }

    /** The newest, or -1. */
    long newest() {
        return offsets.isEmpty() ? -1 : offsets.getLong(offsets.size() - 1);
    }
}
