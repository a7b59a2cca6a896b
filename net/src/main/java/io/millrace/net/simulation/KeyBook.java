package io.millrace.net.simulation;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * What is known of a compacted topic, and what somebody must have seen who read it from its start: of each key the last
 * record that was acknowledged before, or one behind it; a tombstone for as long as was promised; nothing that a
 * tombstone had deleted; at an offset never another record than before.
 */
final class KeyBook {
    /** A record; without a value it is a tombstone. */
    record Entry(String key, String value, long sentMs) {}

    private record Placed(long offset, Entry entry) {}

    private final long deleteRetentionMs;
    private final TreeMap<Long, Entry> known = new TreeMap<>();
    private final TreeMap<String, Placed> lastAcked = new TreeMap<>();
    /** Keys that may change while somebody reads. */
    private final Set<String> unsettled = new HashSet<>();

    private final TreeMap<String, Placed> wanted = new TreeMap<>();
    private final TreeMap<String, Long> seen = new TreeMap<>();
    private Set<String> underWay = Set.of();
    /** Up to where, by where from, a reader was told that it cannot read. */
    private final TreeMap<Long, Long> gaps = new TreeMap<>();

    /** Damage that no checksum covers: offsets say nothing any more. */
    private boolean isMoved;

    private long begunMs;

    KeyBook(final long deleteRetentionMs) {
        this.deleteRetentionMs = deleteRetentionMs;
    }

    /** A batch is about to be sent, and again until it is acknowledged. */
    void onSent(final List<Entry> entries) {
        underWay = new HashSet<>(entries.stream().map(Entry::key).toList());
        unsettled.addAll(underWay);
    }

    void onAcked(final long baseOffset, final List<Entry> entries) {
        for (int i = 0; i < entries.size(); i++) {
            final Entry entry = entries.get(i);
            final long offset = baseOffset + i;
            place(offset, entry);
            lastAcked.merge(
                    entry.key, new Placed(offset, entry), (old, fresh) -> fresh.offset > old.offset ? fresh : old);
        }
        underWay = Set.of();
    }

    private void place(final long offset, final Entry entry) {
        final Entry before = known.putIfAbsent(offset, entry);
        if (!isMoved
                && before != null
                && !(before.key.equals(entry.key) && Objects.equals(before.value, entry.value))) {
            throw new ViolationException("keys: offset " + offset + " held " + before + " and now holds " + entry);
        }
    }

    /** Somebody begins to read from the start. */
    void onPassBegun(final long nowMs) {
        begunMs = nowMs;
        seen.clear();
        gaps.clear();
        wanted.clear();
        wanted.putAll(lastAcked);
        unsettled.clear();
        unsettled.addAll(underWay);
    }

    void onSeen(final long offset, final String key, final String value) {
        place(offset, new Entry(key, value, 0));
        seen.put(key, offset);
    }

    /** The broker has said that the log ends there, for damage: what was behind is nothing any more. */
    void onShortened(final long endOffset) {
        known.tailMap(endOffset).clear();
        lastAcked.values().removeIf(placed -> placed.offset >= endOffset);
        wanted.values().removeIf(placed -> placed.offset >= endOffset);
    }

    /** The reader met damage, and goes on behind it. */
    void onGap(final long from, final long to) {
        gaps.merge(from, to, Math::max);
    }

    /** A batch may say that it lies elsewhere. */
    void onMoved() {
        isMoved = true;
    }

    /** The end was reached. */
    void onPassEnded(final long nowMs) {
        for (final Map.Entry<String, Placed> each : wanted.entrySet()) {
            if (!unsettled.contains(each.getKey())) {
                check(each.getKey(), each.getValue(), seen.getOrDefault(each.getKey(), -1L), nowMs);
            }
        }
    }

    private void check(final String key, final Placed last, final long seenAt, final long nowMs) {
        final Map.Entry<Long, Long> gap = gaps.floorEntry(last.offset);
        if (seenAt >= last.offset || isMoved || (gap != null && last.offset < gap.getValue())) {
            return;
        }
        if (last.entry.value != null) {
            throw new ViolationException("keys: the last value of " + key + ", acknowledged at " + last.offset
                    + ", is lost; seen at " + seenAt);
        }
        if (nowMs - last.entry.sentMs < deleteRetentionMs) {
            throw new ViolationException("keys: the tombstone of " + key + " at " + last.offset + " is gone after "
                    + (nowMs - last.entry.sentMs) + " ms of " + deleteRetentionMs);
        }
        if (seenAt >= 0 && nowMs - begunMs < deleteRetentionMs) {
            throw new ViolationException("keys: " + key + ", deleted at " + last.offset + ", is back at " + seenAt);
        }
    }
}
