package io.millrace.engine.partition;

import io.millrace.engine.port.Compressor;
import io.millrace.engine.port.Decompressor;
import io.millrace.engine.port.Housekeeping;
import java.util.ArrayDeque;

/**
 * Has batches looked into and packed beside the core, for all its partitions: as many at once as housekeeping takes, and
 * no new one while what was made of others and is not yet written takes too much memory. Owned by the core's thread.
 */
final class Recodings {
    private static final long HELD_BYTES_MAX = 16L << 20;

    private final Housekeeping lane;
    private final Decompressor decompressor;
    private final Compressor compressor;
    private final int unpackedBytesMax;
    private final ArrayDeque<Recoding> waiting = new ArrayDeque<>();
    private final ArrayDeque<BatchRecoder> idle = new ArrayDeque<>();
    private int running;
    private long heldBytes;

    Recodings(
            final Housekeeping lane,
            final Decompressor decompressor,
            final Compressor compressor,
            final int unpackedBytesMax) {
        this.lane = lane;
        this.decompressor = decompressor;
        this.compressor = compressor;
        this.unpackedBytesMax = unpackedBytesMax;
    }

    /** Begins with it now or in its turn. */
    void add(final Recoding recoding) {
        if (!waiting.isEmpty() || !start(recoding)) {
            waiting.add(recoding);
        }
    }

    void remove(final Recoding recoding) {
        waiting.remove(recoding);
    }

    /** Begins with those that wait, in order, as long as there is room. */
    int doWork() {
        int started = 0;
        while (!waiting.isEmpty() && start(waiting.peekFirst())) {
            waiting.removeFirst();
            started++;
        }
        return started;
    }

    /** Whether there will be room only once something has ended. */
    boolean mayPark() {
        return waiting.isEmpty() || running > 0 || isFull();
    }

    private boolean start(final Recoding recoding) {
        if (isFull()) {
            return false;
        }
        final BatchRecoder recoder =
                idle.isEmpty() ? new BatchRecoder(decompressor, compressor, unpackedBytesMax) : idle.pollLast();
        recoding.onStarted(recoder);
        if (!lane.submit(recoding::run, () -> onEnded(recoding))) {
            recoding.onNotStarted();
            idle.addLast(recoder);
            return false;
        }
        running++;
        return true;
    }

    private void onEnded(final Recoding recoding) {
        running--;
        idle.addLast(recoding.ended());
        recoding.onEnded();
        doWork();
    }

    /** Memory was made, or given back if negative. */
    void held(final int bytes) {
        heldBytes += bytes;
    }

    private boolean isFull() {
        return heldBytes >= HELD_BYTES_MAX;
    }
}
