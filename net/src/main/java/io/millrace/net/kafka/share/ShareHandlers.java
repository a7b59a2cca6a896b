package io.millrace.net.kafka.share;

import io.millrace.engine.core.Core;
import io.millrace.engine.log.LogSlice;
import io.millrace.engine.metadata.Feature;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.settings.BrokerSettings;
import io.millrace.engine.settings.ShareSettings;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.Api;
import io.millrace.net.kafka.api.ApiTable;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.LeaderHints;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.protocol.Errors;

/** Serves ShareFetch and ShareAcknowledge on one core: keeps the sessions of its connections. */
public final class ShareHandlers {
    /** After so long whoever was told that a partition is elsewhere looks for it again, and for how long. */
    static final long LOOK_AGAIN_NS = 1_000_000;

    static final long PATIENCE_NS = 500_000_000;

    private static final int MEMBER_ID_CHARACTERS_MAX = 36;

    private final Core core;
    private final ShareHosts hosts;
    private final ShareSessions sessions;
    private final ShareFetchAnswer answers;
    private final Set<ShareFetchTask> running = new LinkedHashSet<>();
    private boolean stopping;

    /** @param counts of all cores of the node */
    public ShareHandlers(final Core core, final ShareHosts hosts, final ShareSessionCounts counts) {
        this.core = core;
        this.hosts = hosts;
        sessions = new ShareSessions(core.id(), core.coreCount(), counts);
        answers = new ShareFetchAnswer(core.image());
    }

    public void register(final ApiTable table) {
        table.serve(Api.SHARE_FETCH, new ColdApi<>(ShareFetchRequestData::new, this::fetch))
                .serve(Api.SHARE_ACKNOWLEDGE, new ColdApi<>(ShareAcknowledgeRequestData::new, this::acknowledge));
    }

    private void fetch(final Exchange exchange, final RequestHeader header, final ShareFetchRequestData request) {
        new ShareFetchTask(this, exchange, header, request).begin();
    }

    private void acknowledge(
            final Exchange exchange, final RequestHeader header, final ShareAcknowledgeRequestData request) {
        new ShareAcknowledgeTask(this, exchange, header, request).begin();
    }

    Core core() {
        return core;
    }

    ShareSessions sessions() {
        return sessions;
    }

    ShareFetchAnswer answers() {
        return answers;
    }

    GroupRulesInForce rules(final String group) {
        return hosts.rules(group);
    }

    int sessionsMax() {
        return core.image().settings().intOf(ShareSettings.SESSIONS_MAX);
    }

    int answerBytesMax() {
        return core.image().settings().intOf(BrokerSettings.FETCH_MAX_BYTES);
    }

    /** Whether operators let groups share records. */
    boolean isServed() {
        return Feature.SHARE_VERSION.level(core.image()) > 0;
    }

    static boolean isMemberId(final String memberId) {
        return memberId != null && !memberId.isEmpty() && memberId.length() <= MEMBER_ID_CHARACTERS_MAX;
    }

    void began(final ShareFetchTask task) {
        running.add(task);
    }

    void ended(final ShareFetchTask task) {
        running.remove(task);
    }

    boolean isStopping() {
        return stopping;
    }

    /** The node stops: whoever waits for records is answered soon. */
    public void endWaits() {
        stopping = true;
        List.copyOf(running).forEach(ShareFetchTask::endWait);
    }

    /** Has something done by the share partitions of a core. */
    void onHosts(final int owner, final Consumer<ShareHosts> action) {
        if (owner == core.id()) {
            action.accept(hosts);
        } else {
            hosts.on(owner, action);
        }
    }

    /** Finds the item's partition, or says why it is not to be had here. */
    Errors resolve(final ShareItem item, final RequestHeader header) {
        item.topic =
                core.image().topicById(item.topicId.getMostSignificantBits(), item.topicId.getLeastSignificantBits());
        if (item.topic == null) {
            return Errors.UNKNOWN_TOPIC_ID;
        }
        final PartitionImage image = item.topic.partition(item.partition);
        if (image == null) {
            return Errors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        item.key = image.partitionKey();
        item.core = image.ownerCore();
        item.ownerEpoch = image.leaderEpoch();
        return LeaderHints.isServedHere(header.listener(), image, core.image().nodeId(), core.id())
                ? Errors.NONE
                : Errors.NOT_LEADER_OR_FOLLOWER;
    }

    /** A slice that another core has handed on. */
    LogSlice receive(final int owner, final int leaseId) {
        return core.leases(owner).receive(core.id(), leaseId);
    }

    void release(final LogSlice slice) {
        slice.table().release(core.id(), slice);
    }

    /** Whether the answer may keep one more of the owner's leases. */
    boolean mayKeepLease(final int owner) {
        return core.leases(owner).fairShare(core.id(), 1) > 0;
    }

    /** The session's member is gone, or done: what it holds may go to others. */
    void end(final ShareSession session) {
        sessions.remove(session);
        release(session);
    }

    /** What the session's member holds may go to others. */
    void release(final ShareSession session) {
        for (int owner = 0; owner < core.coreCount(); owner++) {
            onHosts(owner, there -> there.release(session.key.group(), session.holder));
        }
    }

    /** A connection has closed. */
    public void onClosed(final long connectionId) {
        sessions.takeOf(connectionId).forEach(this::release);
    }

    /** A quiet connection leaves this core: its sessions go with it. */
    public ShareLuggage pack(final long connectionId) {
        return new ShareLuggage(sessions.takeOf(connectionId));
    }

    /** A connection has come from another core. */
    public void unpack(final ShareLuggage luggage, final long connectionId) {
        luggage.sessions().forEach(session -> sessions.bring(session, connectionId));
    }
}
