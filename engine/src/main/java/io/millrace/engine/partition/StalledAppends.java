package io.millrace.engine.partition;

import java.util.Arrays;

/** Appends that wait, in order, while a partition rolls its segment or rolls back a failed write. */
final class StalledAppends {
    private AppendTask[] tasks = new AppendTask[8];
    private int[] parts = new int[8];
    private int[] lengths = new int[8];
    private long[] addresses = new long[8];
    private int[] flags = new int[8];
    private long[] guards = new long[8];
    private int head;
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    AppendTask task() {
        return tasks[head];
    }

    int part() {
        return parts[head];
    }

    long address() {
        return addresses[head];
    }

    int length() {
        return lengths[head];
    }

    int flags() {
        return flags[head];
    }

    long guard() {
        return guards[head];
    }

    void add(
            final AppendTask task,
            final int part,
            final long address,
            final int length,
            final int appendFlags,
            final long guard) {
        if (size == tasks.length) {
            grow();
        }
        final int slot = (head + size) & (tasks.length - 1);
        tasks[slot] = task;
        parts[slot] = part;
        addresses[slot] = address;
        lengths[slot] = length;
        flags[slot] = appendFlags;
        guards[slot] = guard;
        size++;
    }

    void removeFirst() {
        tasks[head] = null;
        head = (head + 1) & (tasks.length - 1);
        size--;
    }

    private void grow() {
        final int before = tasks.length;
        tasks = Arrays.copyOf(tasks, before * 2);
        parts = Arrays.copyOf(parts, before * 2);
        lengths = Arrays.copyOf(lengths, before * 2);
        addresses = Arrays.copyOf(addresses, before * 2);
        flags = Arrays.copyOf(flags, before * 2);
        guards = Arrays.copyOf(guards, before * 2);
        for (int i = 0; i < head; i++) {
            tasks[before + i] = tasks[i];
            parts[before + i] = parts[i];
            lengths[before + i] = lengths[i];
            addresses[before + i] = addresses[i];
            flags[before + i] = flags[i];
            guards[before + i] = guards[i];
            tasks[i] = null;
        }
    }
}
