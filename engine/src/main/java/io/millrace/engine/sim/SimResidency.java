package io.millrace.engine.sim;

import java.util.ArrayDeque;

/**
 * Which bytes of a file may be read without waiting: the run that was written last in this process, up to a window,
 * and what was written earlier, read or prefetched, up to the same amount, the oldest going first.
 */
final class SimResidency {
    private record Range(long start, long end) {
        boolean holds(final long position) {
            return start <= position && position < end;
        }
    }

    private final ArrayDeque<Range> fetched = new ArrayDeque<>();
    private long fetchedBytes;
    private long recentStart;
    private long recentEnd;

    void onWritten(final long start, final long end, final long window) {
        if (start <= recentEnd && recentStart <= end) {
            recentStart = Math.min(recentStart, start);
            recentEnd = Math.max(recentEnd, end);
        } else {
            // What was written before the gap, perhaps soon to be closed, is in the cache all the same.
            onFetched(recentStart, recentEnd, window);
            recentStart = start;
            recentEnd = end;
        }
        recentStart = Math.max(recentStart, recentEnd - window);
    }

    void onTruncated(final long length) {
        recentEnd = Math.min(recentEnd, length);
        recentStart = Math.min(recentStart, recentEnd);
    }

    void onFetched(final long start, final long end, final long window) {
        if (start < end) {
            fetched.add(new Range(start, end));
            fetchedBytes += end - start;
            while (fetchedBytes > window && fetched.size() > 1) {
                final Range oldest = fetched.poll();
                fetchedBytes -= oldest.end() - oldest.start();
            }
        }
    }

    /** A new process knows nothing of what lies in the cache. */
    void forget() {
        fetched.clear();
        fetchedBytes = 0;
        recentStart = 0;
        recentEnd = 0;
    }

    boolean holds(final long start, final long end) {
        long position = start;
        while (position < end) {
            final long next = endOfRangeAt(position);
            if (next == position) {
                return false;
            }
            position = next;
        }
        return true;
    }

    private long endOfRangeAt(final long position) {
        long end = recentStart <= position && position < recentEnd ? recentEnd : position;
        for (final Range range : fetched) {
            if (range.holds(position)) {
                end = Math.max(end, range.end());
            }
        }
        return end;
    }
}
