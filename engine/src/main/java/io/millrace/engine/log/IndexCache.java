package io.millrace.engine.log;

/** Indexes of sealed segments of one core, the least recently used forgotten first. */
final class IndexCache {
    private final long bytesMax;
    private long bytes;
    private Segment newest;
    private Segment oldest;

    IndexCache(final long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** The segment's indexes were looked at, or have just come into memory. */
    void touch(final Segment segment) {
        if (segment == newest) {
            return;
        }
        if (segment.inLru) {
            unlink(segment);
        } else {
            segment.inLru = true;
            bytes += bytesOf(segment);
        }
        segment.lruOlder = newest;
        segment.lruNewer = null;
        if (newest != null) {
            newest.lruNewer = segment;
        }
        newest = segment;
        if (oldest == null) {
            oldest = segment;
        }
        evict();
    }

    /** The segment is gone, or writes its own indexes again. */
    void remove(final Segment segment) {
        if (segment.inLru) {
            unlink(segment);
            segment.inLru = false;
            bytes -= bytesOf(segment);
        }
    }

    long bytes() {
        return bytes;
    }

    private void evict() {
        while (bytes > bytesMax && oldest != newest) {
            final Segment victim = oldest;
            remove(victim);
            victim.releaseIndexes();
        }
    }

    private void unlink(final Segment segment) {
        if (segment.lruNewer != null) {
            segment.lruNewer.lruOlder = segment.lruOlder;
        } else {
            newest = segment.lruOlder;
        }
        if (segment.lruOlder != null) {
            segment.lruOlder.lruNewer = segment.lruNewer;
        } else {
            oldest = segment.lruNewer;
        }
        segment.lruNewer = null;
        segment.lruOlder = null;
    }

    private static long bytesOf(final Segment segment) {
        return segment.offsetIndex.memoryBytes() + segment.timeIndex.memoryBytes();
    }
}
