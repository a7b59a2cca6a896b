package io.millrace.net.kafka.share;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.log.LogSlice;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What dead letters copy keys and values from, and how much of the heap that may take: it is small, and the process does
 * not outlive its end. Made by a core, read and released on a housekeeping thread.
 */
final class DeadLetterSource {
    /** For one round: a batch of the size that topics take by default at least, and more where there is more. */
    static final int BYTES_MAX = Math.clamp(
            Runtime.getRuntime().maxMemory() / 32 / Runtime.getRuntime().availableProcessors(), 1_100_000, 16 << 20);

    /** For one batch, on the one thread that unpacks at a time. */
    static final int UNPACKED_BYTES_MAX = Math.clamp(Runtime.getRuntime().maxMemory() / 16, BYTES_MAX, 128 << 20);

    private final long last;
    private UnsafeBuffer batches;

    private DeadLetterSource(final UnsafeBuffer batches, final long last) {
        this.batches = batches;
        this.last = last;
    }

    /** Letters up to that offset have no copies; those of later ones come in another batch. */
    static DeadLetterSource none(final long last) {
        return new DeadLetterSource(null, last);
    }

    /** Copies what was read; of what is too large the first head, which says where the next batch begins. */
    static DeadLetterSource of(final LogSlice slice) {
        final int length = slice.length() > BYTES_MAX ? BatchFlyweight.HEADER_BYTES : slice.length();
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[length]);
        return slice.read(0, bytes, 0, length) == length ? of(bytes) : null;
    }

    /** Batches from the log that begin with the first letter's; of the last, or only one, it may have the head alone. */
    static DeadLetterSource of(final UnsafeBuffer batches) {
        return new DeadLetterSource(batches, Long.MAX_VALUE);
    }

    /** Batches from the log that begin with the first letter's, or null. */
    UnsafeBuffer batches() {
        return batches;
    }

    long last() {
        return last;
    }

    void release() {
        batches = null;
    }
}
