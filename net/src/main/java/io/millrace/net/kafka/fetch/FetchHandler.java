package io.millrace.net.kafka.fetch;

import io.millrace.engine.core.Core;
import io.millrace.engine.core.Deadlines;
import io.millrace.engine.log.LogSlice;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.port.Entropy;
import io.millrace.engine.settings.BrokerSettings;
import io.millrace.engine.settings.Settings;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ApiHandler;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Serves Fetch on one core: keeps its sessions and the pool of {@link FetchTask}s. */
public final class FetchHandler implements ApiHandler {
    private final Core core;
    private final MetadataImage image;
    private final FetchSessions sessions;
    private final FetchMessages messages;
    private final FetchAnswer answers;
    private final ArrayDeque<FetchTask> idle = new ArrayDeque<>();
    private final List<FetchTask> running = new ArrayList<>();
    private Settings settings;
    private int answerBytesMax;
    private int sessionSlots;

    /** @param entropy for session ids; a stream of this core's own */
    public FetchHandler(final Core core, final Entropy entropy) {
        this.core = core;
        image = core.image();
        sessions = new FetchSessions(core.id(), core.coreCount(), entropy);
        messages = new FetchMessages(core.requests());
        answers = new FetchAnswer(image);
    }

    @Override
    public void handle(final Exchange exchange, final RequestHeader header) {
        final FetchTask pooled = idle.pollLast();
        final FetchTask task = pooled == null ? new FetchTask(this) : pooled;
        task.slot = running.size();
        running.add(task);
        task.begin(exchange, header);
    }

    /** The node stops: whoever waits for news is answered soon, with what there is. */
    public void endWaits() {
        for (int i = 0; i < running.size(); i++) {
            running.get(i).endWait();
        }
    }

    void recycle(final FetchTask task) {
        final FetchTask last = running.remove(running.size() - 1);
        if (last != task) {
            last.slot = task.slot;
            running.set(task.slot, last);
        }
        idle.addLast(task);
    }

    /** A session for these partitions, or null if there is no room; the node's slots are shared out over its cores. */
    FetchSession createSession(final boolean usesTopicIds, final int partitions, final long nowMs) {
        readSettings();
        return sessions.create(usesTopicIds, partitions, sessionSlots, nowMs);
    }

    /** A quiet connection leaves this core: its sessions go with it. */
    public FetchLuggage pack(final long connectionId) {
        return new FetchLuggage(sessions.takeOf(connectionId));
    }

    /** A connection has come from another core. */
    public void unpack(final FetchLuggage luggage, final long connectionId) {
        readSettings();
        for (final FetchSession session : luggage.sessions()) {
            sessions.bring(session, connectionId, sessionSlots * coreCount());
        }
    }

    LogSlice slice(final int owner, final int leaseId) {
        return core.leases(owner).receive(core.id(), leaseId);
    }

    /** Leases of the owner that one answer may keep, of which the fetch has {@code undecided} now. */
    int leasesMax(final int owner, final int undecided) {
        return core.leases(owner).fairShare(core.id(), undecided);
    }

    void release(final LogSlice slice) {
        slice.table().release(core.id(), slice);
    }

    int answerBytesMax() {
        readSettings();
        return answerBytesMax;
    }

    private void readSettings() {
        if (settings != image.settings()) {
            settings = image.settings();
            answerBytesMax = settings.intOf(BrokerSettings.FETCH_MAX_BYTES);
            sessionSlots = (settings.intOf(BrokerSettings.FETCH_SESSION_SLOTS) + coreCount() - 1) / coreCount();
        }
    }

    int core() {
        return core.id();
    }

    int coreCount() {
        return core.coreCount();
    }

    long nowNs() {
        return core.nowNs();
    }

    Deadlines deadlines() {
        return core.deadlines();
    }

    MetadataImage image() {
        return image;
    }

    FetchSessions sessions() {
        return sessions;
    }

    FetchMessages messages() {
        return messages;
    }

    FetchAnswer answers() {
        return answers;
    }
}
