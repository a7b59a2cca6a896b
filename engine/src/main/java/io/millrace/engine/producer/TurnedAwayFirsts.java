package io.millrace.engine.producer;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The first batches that producers were refused by a partition's old owner after another core had taken its producers over:
 * there, a later batch already under way must not overtake them. Written by the old owner before the client is answered,
 * asked by the new one for producers that it does not know. Any thread: there is something in it while a move is slow, and
 * only then anybody locks.
 */
final class TurnedAwayFirsts {
    static final long NONE = -1;

    static final int PRODUCERS_MAX = 10_000;

    /** Where there are too many, the one that was refused longest ago goes. */
    @SuppressWarnings("serial")
    private final LinkedHashMap<Long, Long> byProducer = new LinkedHashMap<>(1) {
        @Override
        protected boolean removeEldestEntry(final Map.Entry<Long, Long> eldest) {
            return size() > PRODUCERS_MAX;
        }
    };

    private volatile boolean holdsAny;

    /** The first of an epoch stays, whatever is refused after it. */
    synchronized void add(final long producerId, final short epoch, final int sequence) {
        final long first = (long) epoch << Integer.SIZE | Integer.toUnsignedLong(sequence);
        byProducer.merge(producerId, first, (known, added) -> epochOf(known) == epoch ? known : added);
        holdsAny = true;
    }

    private static short epochOf(final long first) {
        return (short) (first >>> Integer.SIZE);
    }

    /** Epoch (upper half) and sequence, or {@link #NONE}. */
    long get(final long producerId) {
        return holdsAny ? find(producerId) : NONE;
    }

    private synchronized long find(final long producerId) {
        final Long first = byProducer.get(producerId);
        return first == null ? NONE : first;
    }

    void remove(final long producerId) {
        if (holdsAny) {
            drop(producerId);
        }
    }

    private synchronized void drop(final long producerId) {
        byProducer.remove(producerId);
        holdsAny = !byProducer.isEmpty();
    }

    synchronized void clear() {
        byProducer.clear();
        holdsAny = false;
    }
}
