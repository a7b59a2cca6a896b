package io.millrace.engine.log;

import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskStatus;
import java.util.ArrayList;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.LongHashSet;

/**
 * Which bytes of a core's segments are taken to be in memory: what was written, prefetched or found there within the
 * last so many bytes that this core has brought there. Everything else is prefetched before it is read, one chunk at a
 * time. Owned by one core.
 */
final class Residency implements DiskCompletion {
    static final int CHUNK_BYTES = 1 << 20;
    private static final int CHUNK_SHIFT = 20;
    private static final int KEY_SHIFT = 12;
    /** Looks at chunks in memory that nothing is known of, for one question: each costs some microseconds. */
    private static final int LOOKS_MAX = 4;

    private static final long MISSING = Long.MIN_VALUE;

    private final long windowBytes;
    private long clockBytes;

    /** Chunk to the clock when its prefetch ended; the ring holds the same keys in the order of their ends. */
    private final Long2LongHashMap prefetched = new Long2LongHashMap(MISSING);

    private final long[] order;
    private int orderHead;
    private int orderCount;

    private final LongHashSet underWay = new LongHashSet();
    private final ArrayList<Request> requests = new ArrayList<>();
    private final IntArrayList freeRequests = new IntArrayList();

    private static final class Request {
        Log log;
        long key;
    }

    Residency(final long windowBytes) {
        this.windowBytes = windowBytes;
        order = new long[(int) Math.max(8, windowBytes / CHUNK_BYTES)];
    }

    /** Bytes came into memory by being written at the segment's end. */
    void onWritten(final Segment segment, final long position, final long length) {
        if (clockBytes - segment.writtenBirth > windowBytes / 2 || segment.writtenFrom < 0) {
            segment.olderWrittenFrom = segment.writtenFrom;
            segment.olderWrittenBirth = segment.writtenBirth;
            segment.writtenFrom = position;
            segment.writtenBirth = clockBytes;
        }
        clockBytes += length;
    }

    /** The segment was cut: what lies beyond was never written. */
    void onTruncated(final Segment segment, final long size) {
        if (segment.writtenFrom > size) {
            segment.writtenFrom = -1;
        }
        if (segment.olderWrittenFrom > size) {
            segment.olderWrittenFrom = -1;
        }
    }

    /** The end of the resident bytes that begin at the position; the position itself if it is cold. */
    long residentEnd(final Segment segment, final long position) {
        long end = position;
        int looks = LOOKS_MAX;
        while (end < segment.appendedSize) {
            if (isInWritten(segment, end)) {
                return segment.appendedSize;
            }
            if (!isRemembered(segment, end) && (looks-- == 0 || !isFound(segment, end))) {
                return end;
            }
            end = Math.min(segment.appendedSize, ((end >>> CHUNK_SHIFT) + 1) << CHUNK_SHIFT);
        }
        return end;
    }

    private boolean isRemembered(final Segment segment, final long position) {
        final long stamp = prefetched.get(key(segment, position));
        return stamp != MISSING && clockBytes - stamp <= windowBytes;
    }

    /** Looks whether a chunk lies in memory all the same. */
    private boolean isFound(final Segment segment, final long position) {
        final long key = key(segment, position);
        final long start = position >>> CHUNK_SHIFT << CHUNK_SHIFT;
        final long end = Math.min(segment.appendedSize, start + CHUNK_BYTES);
        if (underWay.contains(key) || !segment.file().isInMemory(start, end - start)) {
            return false;
        }
        remember(key);
        return true;
    }

    private boolean isInWritten(final Segment segment, final long position) {
        return (segment.writtenFrom >= 0
                        && position >= segment.writtenFrom
                        && clockBytes - segment.writtenBirth <= windowBytes)
                || (segment.olderWrittenFrom >= 0
                        && position >= segment.olderWrittenFrom
                        && clockBytes - segment.olderWrittenBirth <= windowBytes);
    }

    /**
     * Begins to bring the chunks of a range into memory that are not known to be there; each one's end is told to the
     * log. It does not look for them: who asks has, and waits for something to end.
     */
    void prefetch(final Log log, final Segment segment, final long from, final long to) {
        final long last = Math.min(to, segment.appendedSize);
        long position = from;
        while (position < last) {
            final long chunk = position >>> CHUNK_SHIFT;
            final long start = chunk << CHUNK_SHIFT;
            final long end = Math.min(segment.appendedSize, start + CHUNK_BYTES);
            if (!isInWritten(segment, position)
                    && !isRemembered(segment, position)
                    && underWay.add(key(segment, position))) {
                final int slot = freeRequests.isEmpty() ? newRequest() : freeRequests.popInt();
                requests.get(slot).log = log;
                requests.get(slot).key = key(segment, position);
                segment.file().prefetch(start, end - start, this, slot);
            }
            position = start + CHUNK_BYTES;
        }
    }

    @Override
    public void onDiskCompletion(final long token, final int status, final long value) {
        final Request request = requests.get((int) token);
        final Log log = request.log;
        request.log = null;
        freeRequests.addInt((int) token);
        underWay.remove(request.key);
        if (status == DiskStatus.OK) {
            remember(request.key);
        }
        log.residents().onPrefetched(status);
    }

    private int newRequest() {
        requests.add(new Request());
        return requests.size() - 1;
    }

    private void remember(final long key) {
        clockBytes += CHUNK_BYTES;
        if (prefetched.put(key, clockBytes) != MISSING) {
            return;
        }
        if (orderCount == order.length) {
            prefetched.remove(order[orderHead]);
            orderHead = (orderHead + 1) % order.length;
            orderCount--;
        }
        order[(orderHead + orderCount) % order.length] = key;
        orderCount++;
    }

    private static long key(final Segment segment, final long position) {
        return (long) segment.id << KEY_SHIFT | position >>> CHUNK_SHIFT;
    }
}
