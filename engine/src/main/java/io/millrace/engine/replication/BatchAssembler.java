package io.millrace.engine.replication;

import io.millrace.engine.batch.BatchFlyweight;
import java.util.ArrayDeque;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableDirectByteBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Makes whole batches of a stream that was cut anywhere, and keeps their memory while a log has it on loan. Memory is
 * used again, so that a warm stream allocates nothing. Owned by one thread.
 */
final class BatchAssembler {
    private static final int LENGTH_END = BatchFlyweight.LENGTH_AT + Integer.BYTES;
    private static final int BATCH_BYTES_MAX = 1 << 30;

    /** A batch in memory of its own. */
    static final class Held {
        private final MutableDirectBuffer memory = new ExpandableDirectByteBuffer(4096);
        private final BatchFlyweight batch = new BatchFlyweight();
        private int length;
        private long nextOffset;

        BatchFlyweight batch() {
            return batch;
        }
    }

    private final ArrayDeque<Held> free = new ArrayDeque<>();
    private final ArrayDeque<Held> whole = new ArrayDeque<>();
    private final ArrayDeque<Held> lent = new ArrayDeque<>();
    private Held filling;
    private long heldBytes;

    /** Adds the next bytes of the stream. */
    void add(final DirectBuffer source, final int offset, final int length) {
        int from = 0;
        while (from < length) {
            if (filling == null) {
                filling = free.isEmpty() ? new Held() : free.poll();
                filling.length = 0;
            }
            final int wanted = size(filling) - filling.length;
            final int bytes = Math.min(wanted, length - from);
            filling.memory.putBytes(filling.length, source, offset + from, bytes);
            filling.length += bytes;
            from += bytes;
            if (filling.length >= LENGTH_END && filling.length == size(filling)) {
                filling.batch.wrap(filling.memory, 0, filling.length);
                filling.nextOffset = filling.batch.nextOffset();
                heldBytes += filling.length;
                whole.add(filling);
                filling = null;
            }
        }
    }

    private static int size(final Held held) {
        if (held.length < LENGTH_END) {
            return LENGTH_END;
        }
        final int size = BatchFlyweight.LENGTH_OVERHEAD_BYTES
                + held.memory.getInt(BatchFlyweight.LENGTH_AT, java.nio.ByteOrder.BIG_ENDIAN);
        if (size < BatchFlyweight.HEADER_BYTES || size > BATCH_BYTES_MAX) {
            throw new FollowerException("a batch of " + size + " bytes arrived");
        }
        return size;
    }

    /** The next whole batch that no log has taken yet, or null. */
    Held next() {
        return whole.peek();
    }

    /** The batch of {@link #next} is on loan from now on. */
    void lend() {
        lent.add(whole.poll());
    }

    /** A log has passed everything below the offset: that memory is free again. */
    void onAppended(final long offset) {
        while (!lent.isEmpty() && lent.peek().nextOffset <= offset) {
            final Held held = lent.poll();
            heldBytes -= held.length;
            free.add(held);
        }
    }

    /** Bytes of whole batches in memory, taken by a log or not. */
    long heldBytes() {
        return heldBytes;
    }

    boolean isLent() {
        return !lent.isEmpty();
    }

    /** Forgets what no log has taken. */
    void clear() {
        while (!whole.isEmpty()) {
            heldBytes -= whole.peek().length;
            free.add(whole.poll());
        }
        if (filling != null) {
            free.add(filling);
            filling = null;
        }
    }
}
