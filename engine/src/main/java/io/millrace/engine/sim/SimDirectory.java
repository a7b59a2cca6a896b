package io.millrace.engine.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A directory: the names as they look, the names that are durable, and the changes that lie between, in order. */
final class SimDirectory implements SimNode {
    /**
     * A name gone, a name come, or both at once; a move between directories stands in the changes of both and comes
     * true in both or in neither.
     */
    static final class Change {
        private final SimDirectory from;
        private final String goneName;
        private final SimDirectory to;
        private final String comeName;
        private final SimNode node;

        private Change(
                final SimDirectory from,
                final String goneName,
                final SimDirectory to,
                final String comeName,
                final SimNode node) {
            this.from = from;
            this.goneName = goneName;
            this.to = to;
            this.comeName = comeName;
            this.node = node;
        }

        private SimDirectory other(final SimDirectory directory) {
            final SimDirectory other = from == directory ? to : from;
            return other == null ? directory : other;
        }

        private void applyTo(final SimDirectory directory, final TreeMap<String, SimNode> names) {
            if (from == directory) {
                names.remove(goneName);
            }
            if (to == directory) {
                names.put(comeName, node);
            }
        }
    }

    final TreeMap<String, SimNode> names = new TreeMap<>();
    private final TreeMap<String, SimNode> durable = new TreeMap<>();
    private final List<Change> unsynced = new ArrayList<>();
    /** During a power loss: how many of the changes come true. */
    private int surviving;

    TreeMap<String, SimNode> durable() {
        return durable;
    }

    void add(final String name, final SimNode node) {
        record(new Change(null, null, this, name, node));
    }

    void remove(final String name) {
        record(new Change(this, name, null, null, null));
    }

    /** What stood under the new name is gone. */
    void move(final String name, final SimDirectory to, final String newName) {
        final Change change = new Change(this, name, to, newName, names.get(name));
        record(change);
        if (to != this) {
            to.record(change);
        }
    }

    /** Makes all changes durable, and those of other directories that come with them. */
    void sync() {
        syncFirst(unsynced.size());
    }

    void surviving(final int count) {
        surviving = count;
    }

    int unsyncedCount() {
        return unsynced.size();
    }

    /** Cuts the surviving changes before the first that does not survive in the other directory; true if it did. */
    boolean cutAtHalfMove() {
        for (int i = 0; i < surviving; i++) {
            final Change change = unsynced.get(i);
            final SimDirectory other = change.other(this);
            if (other.unsynced.indexOf(change) >= other.surviving) {
                surviving = i;
                return true;
            }
        }
        return false;
    }

    /** The cache is gone; returns how many changes are lost. */
    int powerLoss() {
        final int lost = unsynced.size() - surviving;
        for (int i = 0; i < surviving; i++) {
            unsynced.get(i).applyTo(this, durable);
        }
        unsynced.clear();
        names.clear();
        names.putAll(durable);
        return lost;
    }

    private void record(final Change change) {
        change.applyTo(this, names);
        unsynced.add(change);
    }

    private void syncFirst(final int count) {
        final List<Change> settled = new ArrayList<>(unsynced.subList(0, count));
        unsynced.subList(0, count).clear();
        for (final Change change : settled) {
            change.applyTo(this, durable);
        }
        for (final Change change : settled) {
            final SimDirectory other = change.other(this);
            final int index = other.unsynced.indexOf(change);
            if (other != this && index >= 0) {
                other.syncFirst(index + 1);
            }
        }
    }
}
