package io.millrace.engine.log;

import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.status.PlantedBug;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A log's writes in flight, in the order of their offsets. Short writes are continued; a failed one lets all before it
 * and none after it count. For each write the segment's state before it is kept, for the undo.
 */
final class WriteQueue implements DiskCompletion {
    static final int CAPACITY_MAX = 256;
    private static final int INITIAL_CAPACITY = 8;

    private final Log log;
    private Entry[] entries = newEntries(INITIAL_CAPACITY);
    private long head;
    private long tail;
    /** Operations submitted and not yet completed. */
    private int outstanding;

    private long firstFailed = -1;
    private int failure;

    static final class Entry {
        /** The lent bytes; a view of our own, since the caller's may be moved on to other bytes. */
        final UnsafeBuffer bytes = new UnsafeBuffer(0, 0);

        long position;
        int length;
        int written;
        boolean done;
        long baseOffset;
        long nextOffset;

        // The segment before this batch
        long maxTimestampMs;
        long maxTimestampOffset;
        long firstTimestampMs;
        int bytesSinceIndexEntry;
        int offsetEntries;
        int timeEntries;
    }

    WriteQueue(final Log log) {
        this.log = log;
    }

    boolean isEmpty() {
        return head == tail;
    }

    boolean isFull() {
        return tail - head == CAPACITY_MAX;
    }

    /** The slot for the next write, to be filled with the segment's state before it and then submitted. */
    Entry next(final Segment segment) {
        if (tail - head == entries.length) {
            grow();
        }
        final Entry entry = entries[(int) tail & entries.length - 1];
        entry.maxTimestampMs = segment.maxTimestampMs;
        entry.maxTimestampOffset = segment.maxTimestampOffset;
        entry.firstTimestampMs = segment.firstTimestampMs;
        entry.bytesSinceIndexEntry = segment.bytesSinceIndexEntry;
        entry.offsetEntries = segment.offsetIndex.count();
        entry.timeEntries = segment.timeIndex.count();
        return entry;
    }

    void submit(
            final Entry entry,
            final DiskFile file,
            final DirectBuffer buffer,
            final int offset,
            final int length,
            final long position) {
        entry.bytes.wrap(buffer, offset, length);
        entry.length = length;
        entry.position = position;
        entry.written = 0;
        entry.done = false;
        outstanding++;
        file.write(position, entry.bytes, 0, length, this, tail++);
    }

    @Override
    public void onDiskCompletion(final long token, final int status, final long value) {
        final Entry entry = entries[(int) token & entries.length - 1];
        outstanding--;
        if (status != DiskStatus.OK) {
            fail(token, status);
        } else {
            entry.written += PlantedBug.SHORT_WRITE_TAKEN.isPlanted() ? entry.length : (int) value;
            if (entry.written < entry.length && failure == DiskStatus.OK) {
                if (value == 0) {
                    fail(token, DiskStatus.NO_SPACE);
                } else {
                    outstanding++;
                    log.active
                            .file()
                            .write(
                                    entry.position + entry.written,
                                    entry.bytes,
                                    entry.written,
                                    entry.length - entry.written,
                                    this,
                                    token);
                    return;
                }
            }
        }
        entry.done = entry.written == entry.length;
        advance();
        if (failure != DiskStatus.OK && outstanding == 0) {
            log.onWritesFailed(failure);
        }
    }

    /** The earliest write that did not count; everything from here on is to be undone. */
    Entry firstUndone() {
        return entries[(int) head & entries.length - 1];
    }

    boolean isFailing() {
        return failure != DiskStatus.OK;
    }

    /** Forgets all writes, after their undo. */
    void reset() {
        while (head < tail) {
            entries[(int) head++ & entries.length - 1].bytes.wrap(0, 0);
        }
        failure = DiskStatus.OK;
        firstFailed = -1;
    }

    private void fail(final long token, final int status) {
        if (failure != DiskStatus.IO_ERROR) {
            failure = status == DiskStatus.NO_SPACE ? DiskStatus.NO_SPACE : DiskStatus.IO_ERROR;
        }
        firstFailed = firstFailed < 0 ? token : Math.min(firstFailed, token);
    }

    private void advance() {
        long nextOffset = -1;
        long position = 0;
        while (head < tail && (firstFailed < 0 || head < firstFailed)) {
            final Entry entry = entries[(int) head & entries.length - 1];
            if (!entry.done) {
                break;
            }
            log.stability().onWritten(entry);
            entry.bytes.wrap(0, 0);
            nextOffset = entry.nextOffset;
            position = entry.position + entry.length;
            head++;
        }
        if (nextOffset >= 0) {
            log.onWritten(nextOffset, position);
        }
    }

    private void grow() {
        final Entry[] larger = newEntries(entries.length * 2);
        for (long i = head; i < tail; i++) {
            larger[(int) i & larger.length - 1] = entries[(int) i & entries.length - 1];
        }
        entries = larger;
    }

    private static Entry[] newEntries(final int count) {
        final Entry[] created = new Entry[count];
        Arrays.setAll(created, i -> new Entry());
        return created;
    }
}
