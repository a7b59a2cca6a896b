package io.millrace.engine.share;

/**
 * Hands out records, those first that were handed out before. A record that has come back often goes out with fewer and
 * fewer others, and in its last delivery alone, so that one that brings its members down does not take others along.
 */
final class Acquisition {
    private final RecordRuns runs;
    private Holder holder;
    private FoundBatches batches;
    private ShareLimits limits;
    private long lockedUntilNs;
    private RecordRanges acquired;
    private boolean throttled;

    Acquisition(final RecordRuns runs) {
        this.runs = runs;
    }

    void begin(
            final Holder newHolder,
            final FoundBatches found,
            final ShareLimits newLimits,
            final long nowNs,
            final RecordRanges told) {
        holder = newHolder;
        batches = found;
        limits = newLimits;
        lockedUntilNs = nowNs + newLimits.lockNs();
        acquired = told;
        throttled = false;
    }

    /** Nothing more is to be handed out along with what was. */
    boolean isThrottled() {
        return throttled;
    }

    /** What could be handed out, but is not in the log any more, or was aborted, never will be. */
    void archiveWhatIsNoMore(final long fetchOffset) {
        archiveAvailable(fetchOffset, batches.first(0) - 1);
        for (int i = 0; i < batches.count(); i++) {
            if (batches.isAborted(i)) {
                archiveAvailable(batches.first(i), batches.last(i));
            }
        }
    }

    private void archiveAvailable(final long first, final long last) {
        final long from = Math.max(first, runs.start());
        final long to = Math.min(last, runs.end() - 1);
        if (from > to) {
            return;
        }
        final int begin = runs.splitAt(from);
        final int behind = runs.splitAt(to + 1);
        for (int run = begin; run < behind; run++) {
            if (runs.isAvailable(run)) {
                runs.settle(run, RecordState.ARCHIVED);
            }
        }
    }

    /** Hands out what has come back; returns how many. */
    long acquireAgain(final int recordsMax) {
        final long from = Math.max(batches.first(0), runs.start());
        final long to = Math.min(batches.last(), runs.end() - 1);
        long count = 0;
        for (int run = from > to ? runs.count() : runs.splitAt(from);
                run < runs.count() && runs.first[run] <= to && count < recordsMax && !throttled;
                run++) {
            if (runs.isAvailable(run)) {
                count += acquireRun(run, Math.min(recordsMax - count, to - runs.first[run] + 1), count > 0);
            }
        }
        return count;
    }

    private long acquireRun(final int run, final long recordsMax, final boolean hasOthers) {
        final int deliveries = runs.deliveries[run];
        long records = Math.min(recordsMax, runs.length(run));
        if (deliveries >= limits.throttledFrom()) {
            throttled = true;
            if (hasOthers) {
                return 0;
            }
            records = limits.isLastDelivery(deliveries)
                    ? 1
                    : Math.min(records, throttledCount(runs.length(run), deliveries));
        }
        runs.splitAt(runs.first[run] + records);
        hold(run, deliveries + 1);
        acquired.addOrProlong(runs.first[run], runs.last(run), RecordState.ACQUIRED, runs.deliveries[run]);
        return records;
    }

    private long throttledCount(final long records, final int deliveries) {
        return Math.max(1, records >> Math.min(Long.SIZE - 1, deliveries - limits.throttledFrom() + 1));
    }

    private void hold(final int run, final int deliveries) {
        runs.settle(run, RecordState.ACQUIRED);
        runs.deliveries[run] = (short) deliveries;
        runs.lockedUntilNs[run] = lockedUntilNs;
        runs.holder[run] = holder;
    }

    /** Hands out what never was before, as far as there is room. */
    void acquireNew(final int recordsMax, final int batchSize, final boolean exact) {
        final int begin = firstBatchBehind();
        final long room = limits.recordsMax() - (runs.end() - runs.start());
        if (begin == batches.count() || room <= 0) {
            return;
        }
        final long first = Math.max(runs.end(), batches.first(begin));
        if (first > runs.end()) {
            skipTo(first);
        }
        final long wanted = Math.min(batches.last(), first + Math.min(recordsMax, room) - 1);
        final long last = exact ? wanted : batches.alignedEnd(wanted);
        long from = first;
        for (int i = begin; i < batches.count() && batches.first(i) <= last; i++) {
            final long next = i + 1 < batches.count() ? Math.min(last + 1, batches.first(i + 1)) : last + 1;
            if (batches.isAborted(i)) {
                acquireUpTo(from, batches.first(i) - 1);
                runs.append(next - 1, RecordState.ARCHIVED, 0);
                from = next;
            } else if (!exact && next - from >= batchSize) {
                acquireUpTo(from, next - 1);
                from = next;
            }
        }
        acquireUpTo(from, last);
    }

    private int firstBatchBehind() {
        int i = 0;
        while (i < batches.count() && batches.last(i) < runs.end()) {
            i++;
        }
        return i;
    }

    /** The log has a hole there. */
    private void skipTo(final long offset) {
        if (runs.count() == 0) {
            runs.reset(offset);
        } else {
            runs.append(offset - 1, RecordState.ARCHIVED, 0);
        }
    }

    private void acquireUpTo(final long from, final long last) {
        final long first = Math.max(from, runs.end());
        if (first <= last) {
            hold(runs.append(last, RecordState.ACQUIRED, 0), 1);
            acquired.add(first, last, RecordState.ACQUIRED, (short) 1);
        }
    }
}
