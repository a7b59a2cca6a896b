package io.millrace.engine.partition;

import java.util.Arrays;

/**
 * Appends of one partition that wait for the high watermark to pass them, in offset order: a growing ring of parallel
 * arrays. What it holds is bounded by the requests in flight.
 */
final class PendingAcks {
    private AppendTask[] tasks = new AppendTask[16];
    private int[] parts = new int[16];
    private long[] endOffsets = new long[16];
    private int[] sizes = new int[16];
    private int head;
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    long firstEndOffset() {
        return endOffsets[head];
    }

    long lastEndOffset() {
        return endOffsets[index(size - 1)];
    }

    AppendTask firstTask() {
        return tasks[head];
    }

    AppendTask lastTask() {
        return tasks[index(size - 1)];
    }

    int firstPart() {
        return parts[head];
    }

    int firstBytes() {
        return sizes[head];
    }

    int lastPart() {
        return parts[index(size - 1)];
    }

    /**
     * Adds in offset order; a duplicate of an older batch in flight goes behind those of its end offset.
     *
     * @param endOffset the first offset behind the batch
     * @param bytes     that the log grew by, 0 for a duplicate
     */
    void add(final AppendTask task, final int part, final long endOffset, final int bytes) {
        if (size == tasks.length) {
            grow();
        }
        int at = size;
        while (at > 0 && endOffsets[index(at - 1)] > endOffset) {
            move(index(at - 1), index(at));
            at--;
        }
        final int slot = index(at);
        tasks[slot] = task;
        parts[slot] = part;
        endOffsets[slot] = endOffset;
        sizes[slot] = bytes;
        size++;
    }

    void removeFirst() {
        tasks[head] = null;
        head = index(1);
        size--;
    }

    void removeLast() {
        tasks[index(size - 1)] = null;
        size--;
    }

    private void move(final int from, final int to) {
        tasks[to] = tasks[from];
        parts[to] = parts[from];
        endOffsets[to] = endOffsets[from];
        sizes[to] = sizes[from];
    }

    private int index(final int position) {
        return (head + position) & (tasks.length - 1);
    }

    private void grow() {
        final int before = tasks.length;
        tasks = Arrays.copyOf(tasks, before * 2);
        parts = Arrays.copyOf(parts, before * 2);
        endOffsets = Arrays.copyOf(endOffsets, before * 2);
        sizes = Arrays.copyOf(sizes, before * 2);
        // What had wrapped around continues behind the old end.
        for (int i = 0; i < head; i++) {
            move(i, before + i);
            tasks[i] = null;
        }
    }
}
