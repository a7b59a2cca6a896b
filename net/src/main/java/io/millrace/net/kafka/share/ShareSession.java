package io.millrace.net.kafka.share;

import io.millrace.engine.share.Holder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/** What a member fetches again and again: it only names what it changes. Owned by one core at a time. */
final class ShareSession {
    /** A member of a group. */
    record Key(String group, String memberId) {}

    /** A partition, by what the protocol calls it. */
    record Part(Uuid topicId, int partition) {}

    static final int INITIAL_EPOCH = 0;
    static final int FINAL_EPOCH = -1;

    final Key key;
    final Holder holder;
    /** The connection of this core that it came by. */
    long connectionId;

    int epoch = 1;
    private final Map<Part, Boolean> parts = new LinkedHashMap<>();

    /** @param ofOneCore by a listener of the core's own: the member is told to go where its partitions go */
    ShareSession(final Key key, final long number, final long connectionId, final boolean ofOneCore) {
        this.key = key;
        this.connectionId = connectionId;
        holder = new Holder(key.memberId(), number, ofOneCore);
    }

    void add(final Part part) {
        parts.putIfAbsent(part, Boolean.TRUE);
    }

    void forget(final Part part) {
        parts.remove(part);
    }

    int size() {
        return parts.size();
    }

    void advance() {
        epoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
    }

    /** The partitions, each time from another one on, so that all get their turn. */
    List<Part> rotated() {
        final List<Part> all = new ArrayList<>(parts.keySet());
        if (all.size() > 1) {
            java.util.Collections.rotate(all, -(epoch % all.size()));
        }
        return all;
    }
}
