package io.millrace.engine.port;

import java.io.IOException;
import org.agrona.DirectBuffer;

/** Packs records as batches hold them. Called on housekeeping threads, by several at a time. */
@FunctionalInterface
public interface Compressor {
    /**
     * Packs the records section of one batch.
     *
     * @param codec the number in a batch's attributes, not 0
     * @param level as the codec has it, {@code Integer.MIN_VALUE} for its default; without meaning for a codec that has none
     * @param records lent for the call
     * @param bytesMax the most bytes to make of them before giving up
     * @return what follows the header in a compressed batch, from index 0 to the buffer's capacity
     * @throws TooManyBytesException if it would be more than {@code bytesMax}
     */
    DirectBuffer compress(int codec, int level, DirectBuffer records, int offset, int length, int bytesMax)
            throws IOException;
}
