package io.millrace.perf.moves;

import java.util.TreeMap;

/**
 * The books on one partition's records, which one producer numbers as it sends them: which number was acknowledged at which
 * offset, and which is read there in the end. Kept as runs, so that millions of them cost nothing while it is measured:
 * where all is well there is one. Used by the producer's thread, and after its end by whoever reads.
 */
final class PartitionBook {
    /** So many numbers from here on were acknowledged at as many offsets. */
    private static final class Run {
        private final long firstNumber;
        private final long firstOffset;
        private long count = 1;

        Run(final long firstNumber, final long firstOffset) {
            this.firstNumber = firstNumber;
            this.firstOffset = firstOffset;
        }

        boolean goesOnWith(final long number, final long offset) {
            return number == firstNumber + count && offset == firstOffset + count;
        }
    }

    /**
     * What the books say; without a fault where all but the first is 0.
     *
     * @param acknowledged records that the producer was told of
     * @param misplaced    those whose offset was not the next one, or whose turn it was not
     * @param lost         those that are not read at their offset
     * @param repeated     records read that were read before, or after a later one
     */
    record Balance(long acknowledged, long misplaced, long lost, long repeated) {
        static final Balance NOTHING = new Balance(0, 0, 0, 0);

        Balance plus(final Balance other) {
            return new Balance(
                    acknowledged + other.acknowledged,
                    misplaced + other.misplaced,
                    lost + other.lost,
                    repeated + other.repeated);
        }

        boolean isSound() {
            return misplaced == 0 && lost == 0 && repeated == 0;
        }
    }

    private final TreeMap<Long, Run> runs = new TreeMap<>();
    private Run last;
    private long acknowledged;
    private long misplaced;
    private long found;
    private long repeated;
    private long readNumber = -1;

    void acknowledged(final long number, final long offset) {
        acknowledged++;
        if (last != null && last.goesOnWith(number, offset)) {
            last.count++;
            return;
        }
        misplaced += last == null && number == 0 ? 0 : 1;
        last = new Run(number, offset);
        runs.put(offset, last);
    }

    /** In the order of offsets, each once. */
    void read(final long number, final long offset) {
        repeated += number <= readNumber ? 1 : 0;
        readNumber = Math.max(readNumber, number);
        final var entry = runs.floorEntry(offset);
        if (entry != null) {
            final Run run = entry.getValue();
            final long at = offset - run.firstOffset;
            found += at < run.count && number == run.firstNumber + at ? 1 : 0;
        }
    }

    long acknowledged() {
        return acknowledged;
    }

    Balance balance() {
        return new Balance(acknowledged, misplaced, acknowledged - found, repeated);
    }
}
