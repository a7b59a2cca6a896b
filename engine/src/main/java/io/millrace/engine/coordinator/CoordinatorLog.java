package io.millrace.engine.coordinator;

import io.millrace.engine.status.Outcome;
import org.agrona.DirectBuffer;

/** One partition's log as its coordinator sees it, on the core that owns both. */
public interface CoordinatorLog {
    /** Receives what the log holds, from its start to its high watermark. */
    interface Replay {
        /** Whole batches, one behind the other; lent for the call. */
        void onBatches(DirectBuffer buffer, int offset, int length);

        /** All was read. */
        void onEnd(long endOffset);

        /** It could not be read to its end. */
        void onFailed(Outcome why);
    }

    /** Hears what became of an append. */
    @FunctionalInterface
    interface Appended {
        /** @param baseOffset of the batch, if it is committed: OK */
        void onAppended(Outcome outcome, long baseOffset);
    }

    /** Reads everything, in later duty cycles. */
    void load(Replay replay);

    /**
     * Appends one batch, whose base offset and leader epoch are filled in; it is copied. Appends keep their order.
     *
     * @param baseOffset where it has to come to lie; refused if the log ends elsewhere, since a batch before it was
     * @param appended told once the batch is committed, as the topic's durability has it, or refused
     */
    void append(DirectBuffer batch, int offset, int length, long baseOffset, Appended appended);
}
