package io.millrace.perf.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.agrona.collections.Long2LongHashMap;

/**
 * The books on a run's records: what was acknowledged at which offset, and what was read there. A record is lost if it
 * was acknowledged and something else, or nothing, is read at its offset. Used by all clients' threads; each partition
 * has its own lock.
 */
final class Ledger {
    private static final long NONE = Long.MIN_VALUE;

    /** Records read that nobody was told about (their producer was killed) are forgotten this far behind. */
    private static final long FORGOTTEN_BEHIND = 1_000_000;

    private static final int KEPT_MAX = 100_000;
    private static final int NAMED_MAX = 5;

    /**
     * What the books say.
     *
     * @param missing acknowledged, and not read, so far
     * @param different acknowledged, and another record read in its place
     * @param skipped offsets that a consumer was led past
     * @param repeated records read that were read before, or after a later one of their producer
     * @param repeatedIdempotent those of them whose producer was idempotent
     */
    record Balance(long missing, long different, long skipped, long repeated, long repeatedIdempotent) {
        long lost() {
            return missing + different + skipped;
        }
    }

    private final Set<Integer> mayRepeat = ConcurrentHashMap.newKeySet();
    private final Page[] pages;

    /** @param starts the first offset that counts, by partition */
    Ledger(final long[] starts) {
        pages = new Page[starts.length];
        for (int i = 0; i < starts.length; i++) {
            pages[i] = new Page(starts[i]);
        }
    }

    int partitions() {
        return pages.length;
    }

    /** The writer's producer is not idempotent: it may store a record twice. */
    void mayRepeat(final int writer) {
        mayRepeat.add(writer);
    }

    void acknowledged(final int partition, final long offset, final long id) {
        pages[partition].acknowledged(offset, id);
    }

    void received(final int partition, final long offset, final Stamp stamp) {
        pages[partition].received(offset, stamp);
    }

    /** Where the partition's consumer goes on, the one that comes after a killed one too. */
    long position(final int partition) {
        return pages[partition].position();
    }

    /** Records acknowledged that no consumer has come to. */
    long lag() {
        long lag = 0;
        for (final Page page : pages) {
            lag += page.lag();
        }
        return lag;
    }

    Balance balance() {
        long missing = 0;
        long different = 0;
        long skipped = 0;
        long repeated = 0;
        long repeatedIdempotent = 0;
        for (final Page page : pages) {
            final Balance one = page.balance();
            missing += one.missing;
            different += one.different;
            skipped += one.skipped;
            repeated += one.repeated;
            repeatedIdempotent += one.repeatedIdempotent;
        }
        return new Balance(missing, different, skipped, repeated, repeatedIdempotent);
    }

    /** Some of what is wrong, in words. */
    List<String> examples() {
        final List<String> examples = new ArrayList<>();
        for (int i = 0; i < pages.length && examples.size() < NAMED_MAX; i++) {
            final int partition = i;
            pages[i].examples().forEach(each -> examples.add("partition " + partition + ": " + each));
        }
        return examples.subList(0, Math.min(examples.size(), NAMED_MAX));
    }

    private final class Page {
        private final Long2LongHashMap acknowledged = new Long2LongHashMap(NONE);
        private final Long2LongHashMap received = new Long2LongHashMap(NONE);
        private final Long2LongHashMap lastSequences = new Long2LongHashMap(NONE);
        private final List<String> examples = new ArrayList<>();
        private long position;
        private long acknowledgedEnd;
        private long different;
        private long skipped;
        private long repeated;
        private long repeatedIdempotent;

        Page(final long start) {
            position = start;
            acknowledgedEnd = start;
        }

        synchronized void acknowledged(final long offset, final long id) {
            acknowledgedEnd = Math.max(acknowledgedEnd, offset + 1);
            final long read = received.remove(offset);
            if (read == NONE) {
                acknowledged.put(offset, id);
            } else {
                compare(offset, id, read);
            }
        }

        synchronized void received(final long offset, final Stamp stamp) {
            if (offset < position) {
                return;
            }
            if (offset > position) {
                skipped += offset - position;
                example("a consumer at " + position + " was given " + offset);
            }
            position = offset + 1;
            final long last = lastSequences.get(stamp.writer());
            if (last != NONE && stamp.sequence() <= last) {
                repeated++;
                repeatedIdempotent += mayRepeat.contains(stamp.writer()) ? 0 : 1;
                example("offset " + offset + " holds " + stamp.sequence() + " of writer " + stamp.writer() + " after "
                        + last);
            } else {
                lastSequences.put(stamp.writer(), stamp.sequence());
            }
            final long expected = acknowledged.remove(offset);
            if (expected == NONE) {
                keep(offset, stamp.id());
            } else {
                compare(offset, expected, stamp.id());
            }
        }

        private void keep(final long offset, final long id) {
            received.put(offset, id);
            if (received.size() > KEPT_MAX) {
                received.keySet().removeIf(each -> each < position - FORGOTTEN_BEHIND);
            }
        }

        private void compare(final long offset, final long expected, final long read) {
            if (expected != read) {
                different++;
                example("offset " + offset + " was acknowledged for " + expected + " and holds " + read);
            }
        }

        private void example(final String text) {
            if (examples.size() < NAMED_MAX) {
                examples.add(text);
            }
        }

        synchronized long position() {
            return position;
        }

        synchronized long lag() {
            return Math.max(0, acknowledgedEnd - position);
        }

        synchronized Balance balance() {
            return new Balance(acknowledged.size(), different, skipped, repeated, repeatedIdempotent);
        }

        synchronized List<String> examples() {
            final List<String> all = new ArrayList<>(examples);
            final var offsets = acknowledged.keySet().iterator();
            while (offsets.hasNext() && all.size() < NAMED_MAX) {
                all.add("offset " + offsets.nextValue() + " was acknowledged and not read");
            }
            return all;
        }
    }
}
