package io.millrace.engine.port;

import io.millrace.engine.batch.BatchFlyweight;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;

/** Takes records out of stored batches, and packs again what remains. Called on housekeeping threads. */
@FunctionalInterface
public interface BatchFilter {
    /** What becomes of a batch. */
    enum Keep {
        /** Records that the rules keep; without any the batch is gone. */
        RECORDS,
        /** As RECORDS, but the header stays in any case: it says where a producer stands. */
        HEADER,
        /** Nothing. */
        NOTHING
    }

    /** Asked in the order of the batches and their records. */
    interface Rules {
        Keep onBatch(BatchFlyweight batch);

        /** Whether the batch asked for last is a marker of a transaction that has no data any more. */
        boolean isMarkerAlone();

        /** @param key null if the record has none */
        boolean keeps(long offset, ByteBuffer key, boolean hasValue);
    }

    /**
     * Filters whole, sound batches. Offsets, sequences and codecs remain. A batch that holds a tombstone, or a marker
     * alone, is stamped with the time from which on it may go, {@code nowMs + deleteRetentionMs}, unless it has one.
     *
     * @return the batches that remain; good until the thread asks for the next ones
     * @throws IOException if a batch cannot be read
     */
    DirectBuffer filter(DirectBuffer batches, int length, long nowMs, long deleteRetentionMs, Rules rules)
            throws IOException;
}
