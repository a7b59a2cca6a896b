package io.millrace.net.kafka.share;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;

/**
 * The share sessions of one core's connections: one for each member, which ends with its connection at the latest. A
 * session may go to another core with its connection. Owned by the core's thread.
 */
final class ShareSessions {
    private static final int PARTS_MAX = 100_000;

    private final Map<ShareSession.Key, ShareSession> byMember = new HashMap<>();
    private final int core;
    private final int coreCount;
    private final ShareSessionCounts counts;
    private long made;

    ShareSessions(final int core, final int coreCount, final ShareSessionCounts counts) {
        this.core = core;
        this.coreCount = coreCount;
        this.counts = counts;
    }

    private void tellCount() {
        counts.tell(core, byMember.size());
    }

    /** Begins a session in place of the member's last one; null if the node has too many. */
    ShareSession create(
            final ShareSession.Key key, final long connectionId, final boolean ofOneCore, final int sessionsMax) {
        byMember.remove(key);
        tellCount();
        if (counts.total() >= sessionsMax) {
            return null;
        }
        // A number that no other core gives out.
        final ShareSession session = new ShareSession(key, made++ * coreCount + core, connectionId, ofOneCore);
        byMember.put(key, session);
        tellCount();
        return session;
    }

    /** Whether sessions hold so many partitions that one with so many is too much. */
    boolean isOverfull(final ShareSession grown) {
        int parts = 0;
        for (final ShareSession session : byMember.values()) {
            parts += session.size();
        }
        return parts > PARTS_MAX && grown.size() > PARTS_MAX / (byMember.size() + 1);
    }

    /** The member's session, or null. */
    ShareSession find(final ShareSession.Key key) {
        return byMember.get(key);
    }

    /** What is wrong with a request that goes on with the session. */
    static Errors complaint(final ShareSession session, final int epoch) {
        if (session == null) {
            return Errors.SHARE_SESSION_NOT_FOUND;
        }
        return session.epoch == epoch ? Errors.NONE : Errors.INVALID_SHARE_SESSION_EPOCH;
    }

    void remove(final ShareSession session) {
        byMember.remove(session.key, session);
        tellCount();
    }

    /** Takes out the sessions of a connection. */
    List<ShareSession> takeOf(final long connectionId) {
        final List<ShareSession> taken = new ArrayList<>();
        for (final ShareSession session : byMember.values()) {
            if (session.connectionId == connectionId) {
                taken.add(session);
            }
        }
        taken.forEach(this::remove);
        return taken;
    }

    /** Goes on with a session of another core. */
    void bring(final ShareSession session, final long connectionId) {
        session.connectionId = connectionId;
        byMember.put(session.key, session);
        tellCount();
    }
}
