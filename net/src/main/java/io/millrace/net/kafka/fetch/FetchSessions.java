package io.millrace.net.kafka.fetch;

import io.millrace.engine.port.Entropy;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * The incremental fetch sessions of one core. A session's id ends in the number of the core that made it, so that no
 * two cores give out the same; it may go to another core with its connection. When all slots are taken, a new session
 * takes that of one unused for two minutes, else of the smallest one that is older than that and smaller than itself,
 * else it is not offered. Owned by the core's thread.
 */
final class FetchSessions {
    static final int NO_SESSION = 0;
    static final long EVICTABLE_AFTER_MS = 120_000;

    private static final int ID_BITS = Integer.SIZE - 1;
    private static final int PARTITIONS_MAX = 100_000;

    private final int core;
    private final int coreBits;
    private final Entropy entropy;
    private final Int2ObjectHashMap<FetchSession> byId = new Int2ObjectHashMap<>();
    private final List<FetchSession> all = new ArrayList<>();
    private int partitionCount;

    FetchSessions(final int core, final int coreCount, final Entropy entropy) {
        this.core = core;
        this.coreBits = Integer.SIZE - Integer.numberOfLeadingZeros(coreCount - 1);
        this.entropy = entropy;
    }

    /** The session of that id, or null. */
    FetchSession find(final int id) {
        return byId.get(id);
    }

    int size() {
        return all.size();
    }

    /** Partitions of all sessions together. */
    int partitionCount() {
        return partitionCount;
    }

    /** Whether sessions hold so many partitions that one which has grown must go. */
    boolean isOverfull() {
        return partitionCount > PARTITIONS_MAX;
    }

    /** Begins a session for so many partitions, which are then added; null if there is no room. */
    FetchSession create(final boolean usesTopicIds, final int partitions, final int slots, final long nowMs) {
        if (partitions > PARTITIONS_MAX - partitionCount || slots <= 0) {
            return null;
        }
        if (all.size() >= slots && !evictFor(partitions, nowMs)) {
            return null;
        }
        final FetchSession session = new FetchSession(newId(), usesTopicIds, nowMs, partitions);
        byId.put(session.id, session);
        all.add(session);
        return session;
    }

    private int newId() {
        int id;
        do {
            id = entropy.nextInt(1 << Math.min(30, ID_BITS - coreBits)) << coreBits | core;
        } while (id == NO_SESSION || byId.containsKey(id));
        return id;
    }

    private boolean evictFor(final int partitions, final long nowMs) {
        FetchSession stalest = null;
        FetchSession smallest = null;
        for (int i = 0; i < all.size(); i++) {
            final FetchSession session = all.get(i);
            if (stalest == null || session.lastUsedMs < stalest.lastUsedMs) {
                stalest = session;
            }
            if (nowMs - session.createdMs > EVICTABLE_AFTER_MS
                    && (smallest == null || session.size() < smallest.size())) {
                smallest = session;
            }
        }
        if (stalest != null && nowMs - stalest.lastUsedMs > EVICTABLE_AFTER_MS) {
            remove(stalest);
            return true;
        }
        if (smallest != null && smallest.size() < partitions) {
            remove(smallest);
            return true;
        }
        return false;
    }

    /** Notes that a session was used, and has grown or shrunk since it had {@code sizeBefore} partitions. */
    void touch(final FetchSession session, final int sizeBefore, final long nowMs) {
        session.lastUsedMs = nowMs;
        partitionCount += session.size() - sizeBefore;
    }

    /** Takes out what a connection has used last, so that it can go on with it on another core. */
    List<FetchSession> takeOf(final long connectionId) {
        final List<FetchSession> taken = new ArrayList<>();
        for (int i = all.size() - 1; i >= 0; i--) {
            final FetchSession session = all.get(i);
            if (session.connectionId == connectionId && !session.busy) {
                remove(session);
                taken.add(session);
            }
        }
        return taken;
    }

    /**
     * Goes on with a session of another core. It takes the place along that it had there, so many may gather here; only
     * if there are more than the whole node should have, its client begins a new one.
     */
    void bring(final FetchSession session, final long connectionId, final int nodeSlots) {
        if (session.size() > PARTITIONS_MAX - partitionCount
                || byId.containsKey(session.id)
                || all.size() >= nodeSlots) {
            return;
        }
        session.connectionId = connectionId;
        session.resolvedVersion = -1; // its topics are those of the other core's image
        byId.put(session.id, session);
        all.add(session);
        partitionCount += session.size();
    }

    /** Ends a session if it is still there; a fetch under way keeps what it needs of it. */
    void remove(final FetchSession session) {
        if (session != null && byId.get(session.id) == session) {
            byId.remove(session.id);
            all.remove(session);
            partitionCount -= session.size();
        }
    }
}
