package io.millrace.net.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What transactions have written to the keys of a compacted topic, and what a reader of committed records who begins at
 * its start must see: of each key the last record that was committed, or one behind it that may be. Each key has one
 * producer, so the order of its records is that in which they were sent.
 */
final class TxnKeyBook {
    private static final String KEY = " key-";

    private final Map<String, Long> ordinals = new HashMap<>();
    private final TreeMap<String, Long> committed = new TreeMap<>();
    /** Records of which nobody knows yet whether they will count, by key. */
    private final Map<String, Set<Long>> undecided = new HashMap<>();

    private final Map<String, Long> lastSent = new HashMap<>();
    private long sent;

    /** What a record's text says of its key, behind the record's number. */
    static String key(final String producer, final int number) {
        return KEY + producer + '-' + number;
    }

    /** A record's key, or null if it has none. */
    static String keyOf(final String record) {
        final int begin = record.indexOf(KEY);
        return begin < 0 ? null : record.substring(begin + 1, record.indexOf(' ', begin + 1));
    }

    /** It is about to be sent, perhaps again. */
    void onRecord(final String record) {
        final String key = keyOf(record);
        if (key != null && ordinals.putIfAbsent(record, sent) == null) {
            undecided.computeIfAbsent(key, each -> new HashSet<>()).add(sent);
            lastSent.put(key, sent++);
        }
    }

    void onCommitted(final String record) {
        final String key = keyOf(record);
        if (key != null) {
            committed.merge(key, ordinals.get(record), Math::max);
            undecided.get(key).remove(ordinals.get(record));
        }
    }

    void onAborted(final String record) {
        final String key = keyOf(record);
        if (key != null) {
            undecided.get(key).remove(ordinals.get(record));
        }
    }

    /** Somebody begins to read from the start. */
    Pass begin() {
        return new Pass();
    }

    /** One reading from the start on. */
    final class Pass {
        private final TreeMap<String, Long> wanted = new TreeMap<>(committed);
        private final TreeMap<String, Long> seen = new TreeMap<>();
        /** Keys whose last record may come to count while it reads. */
        private final Set<String> unsettled = new HashSet<>();

        private final long begunAt = sent;

        private Pass() {
            undecided.forEach((key, records) -> {
                final long last = committed.getOrDefault(key, -1L);
                if (records.stream().anyMatch(each -> each > last)) {
                    unsettled.add(key);
                }
            });
        }

        void onSeen(final long offset, final String record) {
            final String key = keyOf(record);
            final long ordinal = ordinals.get(record);
            final Long before = seen.put(key, ordinal);
            if (before != null && before >= ordinal) {
                throw new ViolationException(
                        "record " + ordinal + " of " + key + " at " + offset + " follows " + before);
            }
        }

        /**
         * All is read that there was when it began.
         *
         * @param isLast whether nobody has written meanwhile, so that no record can have made way for one behind
         */
        void end(final boolean isLast) {
            wanted.forEach((key, ordinal) -> {
                final long last = seen.getOrDefault(key, -1L);
                final boolean isSettled = !unsettled.contains(key) && lastSent.get(key) < begunAt;
                if (last < ordinal && (isLast || isSettled)) {
                    throw new ViolationException(
                            "record " + ordinal + " of " + key + " was committed, and a reader finds " + last);
                }
            });
        }
    }
}
