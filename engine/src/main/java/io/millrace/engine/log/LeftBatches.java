package io.millrace.engine.log;

/**
 * Between which offsets batches lie that a compaction had to leave as they are: from the first one's base offset to the
 * last one's last offset. One thread at a time.
 */
final class LeftBatches {
    /** Where nothing was left. */
    static final long NOWHERE = Long.MAX_VALUE;

    private long from = NOWHERE;
    private long to = -1;

    /** One more was left. */
    void add(final long baseOffset, final long lastOffset) {
        from = Math.min(from, baseOffset);
        to = Math.max(to, lastOffset);
    }

    void addAll(final LeftBatches others) {
        add(others.from, others.to);
    }

    void clear() {
        from = NOWHERE;
        to = -1;
    }

    /** Nothing lies at the offset or beyond any more. */
    void cut(final long offset) {
        to = Math.min(to, offset - 1);
        if (offset <= from) {
            clear();
        }
    }

    /** Where the first begins of those that may still be there, in a log that begins at the offset, or {@link #NOWHERE}. */
    long from(final long startOffset) {
        return to < startOffset ? NOWHERE : Math.max(from, startOffset);
    }
}
