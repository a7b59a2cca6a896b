package io.millrace.engine.producer;

import static io.millrace.engine.batch.BatchFlyweight.NO_PRODUCER_EPOCH;
import static io.millrace.engine.batch.BatchFlyweight.NO_SEQUENCE;
import static io.millrace.engine.batch.BatchFlyweight.NO_TIMESTAMP;

import io.millrace.engine.batch.Sequences;
import java.util.Arrays;

/**
 * What is known of each producer, packed into pages of longs, so that a partition with a hundred thousand producers
 * has no object for any of them. An entry is named by its slot; free slots form a list. Owned by one core's thread; what
 * was frozen keeps its pages as they are, and may be read by others.
 *
 * <pre>
 *   0 producer id, or -1 for a free slot (then word 1 is the next free one)
 *   1 epoch (16 bits) | batches in the window (8 bits) | - | coordinator epoch (32 bits)
 *   2 largest timestamp of the last batch
 *   3 when the broker last heard of the producer
 *   4 first offset of the open transaction, or -1
 *   5 window, oldest batch first, three words each: last offset | last sequence (32), offset delta (32) | timestamp
 * </pre>
 */
final class ProducerEntries {
    /** Batches remembered for each producer: clients have at most so many under way. */
    static final int WINDOW = 5;

    static final int WORDS_PER_BATCH = 3;
    static final int WORDS = 5 + WINDOW * WORDS_PER_BATCH;
    static final long NO_OFFSET = -1;

    private static final int SLOTS_PER_PAGE_SHIFT = 4;
    private static final int SLOTS_PER_PAGE = 1 << SLOTS_PER_PAGE_SHIFT;
    private static final int FREE = -1;
    private static final int NO_SLOT = -1;

    private static final int PACKED = 1;
    private static final int LAST_TIMESTAMP = 2;
    private static final int LAST_SEEN = 3;
    private static final int TXN_FIRST_OFFSET = 4;
    private static final int BATCHES = 5;

    private long[][] pages = new long[0][];
    /** Pages that something frozen has as well: copied before they change. */
    private boolean[] shared = new boolean[0];

    private int slots;
    private int firstFree = NO_SLOT;

    /** The entries of now, which stay so: costs as little as the list of pages, and a copy of each page that changes. */
    ProducerEntries freeze() {
        final ProducerEntries frozen = new ProducerEntries();
        frozen.pages = pages.clone();
        frozen.slots = slots;
        Arrays.fill(shared, true);
        return frozen;
    }

    /** A slot for a producer of whom nothing is known yet. */
    int acquire(final long producerId) {
        if (firstFree == NO_SLOT) {
            addPage();
        }
        final int slot = firstFree;
        final long[] page = writablePage(slot);
        final int at = at(slot);
        firstFree = (int) page[at + PACKED];
        Arrays.fill(page, at, at + WORDS, 0);
        page[at] = producerId;
        pack(slot, NO_PRODUCER_EPOCH, 0, -1);
        page[at + LAST_TIMESTAMP] = NO_TIMESTAMP;
        page[at + LAST_SEEN] = NO_TIMESTAMP;
        page[at + TXN_FIRST_OFFSET] = NO_OFFSET;
        return slot;
    }

    void release(final int slot) {
        final long[] page = writablePage(slot);
        page[at(slot)] = FREE;
        page[at(slot) + PACKED] = firstFree;
        firstFree = slot;
    }

    void clear() {
        pages = new long[0][];
        shared = new boolean[0];
        slots = 0;
        firstFree = NO_SLOT;
    }

    /** Slots there are, used or free. */
    int slots() {
        return slots;
    }

    boolean isUsed(final int slot) {
        return producerId(slot) != FREE;
    }

    long producerId(final int slot) {
        return page(slot)[at(slot)];
    }

    short epoch(final int slot) {
        return (short) packed(slot);
    }

    /** Batches in the window. */
    int batches(final int slot) {
        return (int) (packed(slot) >>> 16) & 0xff;
    }

    int coordinatorEpoch(final int slot) {
        return (int) (packed(slot) >>> 32);
    }

    void coordinatorEpoch(final int slot, final int coordinatorEpoch) {
        pack(slot, epoch(slot), batches(slot), coordinatorEpoch);
    }

    /** Takes the epoch on; another one than before forgets the window. */
    void epoch(final int slot, final short epoch) {
        if (epoch(slot) != epoch) {
            pack(slot, epoch, 0, coordinatorEpoch(slot));
        }
    }

    long lastTimestampMs(final int slot) {
        return page(slot)[at(slot) + LAST_TIMESTAMP];
    }

    void lastTimestampMs(final int slot, final long timestampMs) {
        writablePage(slot)[at(slot) + LAST_TIMESTAMP] = timestampMs;
    }

    long lastSeenMs(final int slot) {
        return page(slot)[at(slot) + LAST_SEEN];
    }

    void lastSeenMs(final int slot, final long nowMs) {
        writablePage(slot)[at(slot) + LAST_SEEN] = nowMs;
    }

    long txnFirstOffset(final int slot) {
        return page(slot)[at(slot) + TXN_FIRST_OFFSET];
    }

    void txnFirstOffset(final int slot, final long offset) {
        writablePage(slot)[at(slot) + TXN_FIRST_OFFSET] = offset;
    }

    /** Adds a batch to the window, dropping the oldest if it is full. */
    void push(
            final int slot,
            final int lastSequence,
            final int offsetDelta,
            final long lastOffset,
            final long timestampMs) {
        final long[] page = writablePage(slot);
        int count = batches(slot);
        if (count == WINDOW) {
            final int first = at(slot) + BATCHES;
            System.arraycopy(page, first + WORDS_PER_BATCH, page, first, (WINDOW - 1) * WORDS_PER_BATCH);
            count--;
        }
        final int at = batchAt(slot, count);
        page[at] = lastOffset;
        page[at + 1] = (long) lastSequence << 32 | Integer.toUnsignedLong(offsetDelta);
        page[at + 2] = timestampMs;
        pack(slot, epoch(slot), count + 1, coordinatorEpoch(slot));
    }

    long batchLastOffset(final int slot, final int batch) {
        return page(slot)[batchAt(slot, batch)];
    }

    long batchFirstOffset(final int slot, final int batch) {
        return batchLastOffset(slot, batch) - batchOffsetDelta(slot, batch);
    }

    int batchLastSequence(final int slot, final int batch) {
        return (int) (page(slot)[batchAt(slot, batch) + 1] >>> 32);
    }

    int batchFirstSequence(final int slot, final int batch) {
        return Sequences.minus(batchLastSequence(slot, batch), batchOffsetDelta(slot, batch));
    }

    int batchOffsetDelta(final int slot, final int batch) {
        return (int) page(slot)[batchAt(slot, batch) + 1];
    }

    long batchTimestampMs(final int slot, final int batch) {
        return page(slot)[batchAt(slot, batch) + 2];
    }

    /** Sequence of the last record, or -1 if no batch is known. */
    int lastSequence(final int slot) {
        final int count = batches(slot);
        return count == 0 ? NO_SEQUENCE : batchLastSequence(slot, count - 1);
    }

    /** Offset of the last record, or -1 if no batch is known. */
    long lastOffset(final int slot) {
        final int count = batches(slot);
        return count == 0 ? NO_OFFSET : batchLastOffset(slot, count - 1);
    }

    /** Offset delta of the last batch, or 0 if none is known. */
    int lastOffsetDelta(final int slot) {
        final int count = batches(slot);
        return count == 0 ? 0 : batchOffsetDelta(slot, count - 1);
    }

    void copyOut(final int slot, final long[] target, final int index) {
        System.arraycopy(page(slot), at(slot), target, index, WORDS);
    }

    void copyIn(final int slot, final long[] source, final int index) {
        System.arraycopy(source, index, writablePage(slot), at(slot), WORDS);
    }

    private void pack(final int slot, final short epoch, final int batches, final int coordinatorEpoch) {
        writablePage(slot)[at(slot) + PACKED] = (long) coordinatorEpoch << 32 | (long) batches << 16 | (epoch & 0xffff);
    }

    private long packed(final int slot) {
        return page(slot)[at(slot) + PACKED];
    }

    private int batchAt(final int slot, final int batch) {
        return at(slot) + BATCHES + batch * WORDS_PER_BATCH;
    }

    private long[] page(final int slot) {
        return pages[slot >>> SLOTS_PER_PAGE_SHIFT];
    }

    private long[] writablePage(final int slot) {
        final int number = slot >>> SLOTS_PER_PAGE_SHIFT;
        if (shared[number]) {
            shared[number] = false;
            pages[number] = pages[number].clone();
        }
        return pages[number];
    }

    private static int at(final int slot) {
        return (slot & (SLOTS_PER_PAGE - 1)) * WORDS;
    }

    private void addPage() {
        final int number = slots >>> SLOTS_PER_PAGE_SHIFT;
        if (number == pages.length) {
            pages = Arrays.copyOf(pages, Math.max(1, number * 2));
            shared = Arrays.copyOf(shared, pages.length);
        }
        shared[number] = false;
        pages[number] = new long[SLOTS_PER_PAGE * WORDS];
        slots += SLOTS_PER_PAGE;
        for (int slot = slots - 1; slot >= slots - SLOTS_PER_PAGE; slot--) {
            release(slot);
        }
    }
}
