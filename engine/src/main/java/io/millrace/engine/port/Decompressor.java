package io.millrace.engine.port;

import java.io.IOException;
import org.agrona.DirectBuffer;

/** Unpacks the records of compressed batches. Called on housekeeping threads, by several at a time. */
@FunctionalInterface
public interface Decompressor {
    /**
     * Unpacks the records section of one batch.
     *
     * @param codec the number in the batch's attributes
     * @param source the batch's bytes after its header, lent for the call
     * @param bytesMax the most bytes to unpack before giving up
     * @return the records as they would lie in an uncompressed batch, from index 0 to the buffer's capacity
     * @throws TooManyBytesException if they are more than {@code bytesMax}
     * @throws IOException if the bytes cannot be unpacked for another reason
     * @throws OutOfMemoryError if there is not enough memory for them now
     */
    DirectBuffer decompress(int codec, DirectBuffer source, int offset, int length, int bytesMax) throws IOException;
}
