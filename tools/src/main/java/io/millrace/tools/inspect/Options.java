package io.millrace.tools.inspect;

/**
 * What is asked of the inspector.
 *
 * @param firstOffset batches before it are not shown
 * @param lastOffset  batches behind it are not shown
 * @param limit       rows to show at most
 * @param producerId  the only producer to show, or -1
 */
public record Options(
        boolean records,
        boolean verify,
        boolean stats,
        boolean list,
        boolean json,
        boolean dense,
        long firstOffset,
        long lastOffset,
        long limit,
        long producerId) {
    /** Everything, batch by batch. */
    public static final Options DEFAULT =
            new Options(false, false, false, false, false, false, 0, Long.MAX_VALUE, Long.MAX_VALUE, -1);

    /** Whether batches are shown one by one. */
    boolean showsBatches() {
        return records || !(verify || stats || list);
    }

    /** Whether the whole of a segment must be looked at, whatever is shown. */
    boolean needsAll() {
        return verify || stats;
    }

    /** Whether only some batches are asked for. */
    boolean isFiltered() {
        return firstOffset > 0 || lastOffset < Long.MAX_VALUE || limit < Long.MAX_VALUE || producerId >= 0;
    }
}
