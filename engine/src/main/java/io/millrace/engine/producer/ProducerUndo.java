package io.millrace.engine.producer;

/**
 * How each producer's entry looked before the appends that are still under way, so that a failed write takes its
 * effect along. A ring of entry copies: undone from its newest end, settled from its oldest. Grows when more appends
 * are under way than ever before, otherwise allocates nothing. Owned by one core's thread.
 */
final class ProducerUndo {
    private static final int BASE_OFFSET = 0;
    private static final int SLOT = 1;
    private static final int IS_NEW = 2;
    private static final int ENTRY = 3;
    private static final int WORDS = ENTRY + ProducerEntries.WORDS;
    private static final int RECORDS_MIN = 4;

    private long[] words = new long[0];
    private int capacity;
    private long head;
    private long tail;

    boolean isEmpty() {
        return head == tail;
    }

    void clear() {
        head = 0;
        tail = 0;
    }

    /** Keeps the entry as it is before the batch at {@code baseOffset} changes it. */
    void push(final long baseOffset, final int slot, final boolean isNew, final ProducerEntries entries) {
        if (tail - head == capacity) {
            grow();
        }
        final int at = at(tail++);
        words[at + BASE_OFFSET] = baseOffset;
        words[at + SLOT] = slot;
        words[at + IS_NEW] = isNew ? 1 : 0;
        entries.copyOut(slot, words, at + ENTRY);
    }

    /** Base offset of the newest append; there must be one. */
    long newestBaseOffset() {
        return words[at(tail - 1) + BASE_OFFSET];
    }

    /** Base offset of the oldest append that may still be undone, or the largest number if there is none. */
    long oldestBaseOffset() {
        return isEmpty() ? Long.MAX_VALUE : words[at(head) + BASE_OFFSET];
    }

    int newestSlot() {
        return (int) words[at(tail - 1) + SLOT];
    }

    boolean newestIsNew() {
        return words[at(tail - 1) + IS_NEW] != 0;
    }

    /** Puts the newest append's entry back as it was before, and forgets the append. */
    void pop(final ProducerEntries entries) {
        entries.copyIn(newestSlot(), words, at(tail - 1) + ENTRY);
        tail--;
    }

    /** Forgets the appends whose base offset is below. */
    void settle(final long offset) {
        while (head < tail && words[at(head) + BASE_OFFSET] < offset) {
            head++;
        }
    }

    private void grow() {
        final int larger = Math.max(RECORDS_MIN, capacity * 2);
        final long[] moved = new long[larger * WORDS];
        final int count = (int) (tail - head);
        for (int i = 0; i < count; i++) {
            System.arraycopy(words, at(head + i), moved, i * WORDS, WORDS);
        }
        words = moved;
        capacity = larger;
        head = 0;
        tail = count;
    }

    private int at(final long record) {
        return ((int) record & (capacity - 1)) * WORDS;
    }
}
