package io.millrace.net.kafka.share;

import io.millrace.engine.core.Core;
import io.millrace.engine.log.LogSlice;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.MetadataListener;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.PartitionKeys;
import io.millrace.engine.metadata.ResourceType;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.port.Stage;
import io.millrace.engine.share.FoundBatches;
import io.millrace.engine.share.Holder;
import io.millrace.engine.share.RecordRanges;
import io.millrace.net.kafka.group.SharePersister;
import io.millrace.net.kafka.share.AcquireAsk.Wanted;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * The share partitions of one core, made when a member first asks for them, and forgotten when nobody does for a while.
 * Asked by all cores. Owned by the core's thread.
 */
public final class ShareHosts implements Stage, MetadataListener {
    private static final long SWEEP_NS = 1_000_000_000L;
    private static final int GROUPS_REMEMBERED = 10_000;
    private static final int WATCHES_MAX = 4096;
    private static final long AT_REST_NS = 120_000_000_000L;

    private final Core core;
    private final SharePersister persister;
    private final DeadLetters deadLetters;
    private final ShareMoves moves;
    private final ShareMeter meter;
    private final Map<String, Map<Long, SharePartitionHost>> byGroup = new HashMap<>();
    private final Map<String, GroupRulesInForce> rules = new HashMap<>();
    private long rulesVersion = -1;
    private final ArrayDeque<AcquireAsk> ready = new ArrayDeque<>();
    private boolean proceeding;
    private int watches;
    private long sweepNs;

    private final SliceWalk walk = new SliceWalk();
    private final FoundBatches found = new FoundBatches();
    private final RecordRanges acquired = new RecordRanges();

    public ShareHosts(final Core core, final SharePersister persister) {
        this.core = core;
        this.persister = persister;
        deadLetters = new DeadLetters(core);
        moves = new ShareMoves(this, core);
        meter = new ShareMeter(core.statistics());
        persister.resets(this::onReset);
    }

    Core core() {
        return core;
    }

    SharePersister persister() {
        return persister;
    }

    DeadLetters deadLetters() {
        return deadLetters;
    }

    ShareMeter meter() {
        return meter;
    }

    /** How often what members had locked was free before its time, since its state is another one, or took long to go. */
    public long locksLost() {
        return meter.locksLost.get();
    }

    /** How many records were archived without the letter that they should have had. */
    public long lettersFailed() {
        return meter.lettersFailed.get();
    }

    ShareMoves moves() {
        return moves;
    }

    /** Has something done by those of another core. */
    void on(final int target, final Consumer<ShareHosts> action) {
        core.calls().run(target, there -> action.accept(there.service(ShareHosts.class)));
    }

    SliceWalk walk() {
        return walk;
    }

    FoundBatches found() {
        return found;
    }

    /** Lent until the next call. */
    RecordRanges acquired() {
        acquired.clear();
        return acquired;
    }

    /** What is set for the group at the moment. */
    GroupRulesInForce rules(final String group) {
        final MetadataImage image = core.image();
        if (rulesVersion != image.version() || rules.size() > GROUPS_REMEMBERED) {
            rulesVersion = image.version();
            rules.clear();
        }
        return rules.computeIfAbsent(group, name -> GroupRulesInForce.of(image, name));
    }

    // Leases

    LogSlice receive(final int leaseId) {
        return core.leases(core.id()).receive(core.id(), leaseId);
    }

    void release(final LogSlice slice) {
        if (slice != null) {
            core.leases(core.id()).release(core.id(), slice);
        }
    }

    /** The slice goes to another core, or to another part of this one, by its id. */
    int handOn(final LogSlice slice) {
        core.leases(core.id()).handOn(core.id());
        return slice.id();
    }

    // Requests of all cores

    /** Hands records out, as far as there are any; told on the core that asks. */
    void acquire(final AcquireAsk ask) {
        ready.addLast(ask);
        proceed();
    }

    /** The ask's present partition is done. */
    void proceed(final AcquireAsk ask) {
        ask.next++;
        ready.addLast(ask);
        proceed();
    }

    private void proceed() {
        if (proceeding) {
            return;
        }
        proceeding = true;
        AcquireAsk ask;
        while ((ask = ready.pollFirst()) != null) {
            while (!ask.isDone() && acquireNext(ask)) {
                ask.next++;
            }
            if (ask.isDone()) {
                final AcquireAsk answer = ask;
                tell(ask.gatherer, () -> answer.told.accept(answer));
            }
        }
        proceeding = false;
    }

    private boolean acquireNext(final AcquireAsk ask) {
        final Wanted wanted = ask.wanted.get(ask.next);
        if (!isHere(wanted.partitionKey, wanted.ownerEpoch)) {
            wanted.elsewhere = true;
            return true;
        }
        return host(ask.group, wanted).acquire(ask);
    }

    /** And all that came along with it. */
    boolean isHere(final long partitionKey, final int ownerEpoch) {
        final PartitionImage image = core.image().partition(partitionKey);
        return image != null
                && image.ownerCore() == core.id()
                && image.leaderEpoch() == ownerEpoch
                && !moves.isAwaited(partitionKey);
    }

    private SharePartitionHost host(final String group, final Wanted wanted) {
        SharePartitionHost host = find(group, wanted.partitionKey, wanted.ownerEpoch);
        if (host == null) {
            host = new SharePartitionHost(
                    this,
                    new ShareKey(
                            group,
                            wanted.partitionKey,
                            wanted.topicId,
                            PartitionKeys.partition(wanted.partitionKey),
                            wanted.ownerEpoch));
            put(host);
            host.load();
        }
        return host;
    }

    private SharePartitionHost find(final String group, final long partitionKey) {
        final Map<Long, SharePartitionHost> hosts = byGroup.get(group);
        return hosts == null ? null : hosts.get(partitionKey);
    }

    /** Of a partition that is here; one of an earlier stay of it ends, and is to be made anew. */
    private SharePartitionHost find(final String group, final long partitionKey, final int ownerEpoch) {
        final SharePartitionHost host = find(group, partitionKey);
        if (host == null || host.key().leaderEpoch() == ownerEpoch) {
            return host;
        }
        host.end(Errors.NOT_LEADER_OR_FOLLOWER);
        return null;
    }

    private void put(final SharePartitionHost host) {
        byGroup.computeIfAbsent(host.key().group(), name -> new HashMap<>())
                .put(host.key().partitionKey(), host);
    }

    /** Keeps what a member says; told on the core that asks. */
    void acknowledge(final AckAsk ask) {
        ask.missing = ask.parts.size();
        for (final AckAsk.Part part : List.copyOf(ask.parts)) {
            part.elsewhere = !isHere(part.partitionKey, part.ownerEpoch);
            final SharePartitionHost host = part.elsewhere ? null : find(ask.group, part.partitionKey, part.ownerEpoch);
            if (part.elsewhere) {
                acknowledged(ask);
            } else if (host == null) {
                part.error = Errors.UNKNOWN_TOPIC_OR_PARTITION;
                acknowledged(ask);
            } else {
                host.acknowledge(ask, part);
            }
        }
    }

    /** One part of the ask is answered. */
    void acknowledged(final AckAsk ask) {
        if (--ask.missing == 0) {
            tell(ask.gatherer, () -> ask.told.accept(ask));
        }
    }

    /** Has the waiter told when there may be something in one of these partitions. */
    void wait(final String group, final List<Long> partitionKeys, final ShareWaiter waiter) {
        for (final Long key : partitionKeys) {
            final SharePartitionHost host = find(group, key);
            if (host == null) {
                tell(waiter);
            } else {
                host.wait(waiter);
            }
        }
    }

    void tell(final ShareWaiter waiter) {
        if (!waiter.told) {
            waiter.told = true;
            tell(waiter.core, waiter.news);
        }
    }

    private void tell(final int asker, final Runnable action) {
        core.calls().run(asker, there -> action.run());
    }

    /** A member's session has ended. */
    void release(final String group, final Holder holder) {
        final Map<Long, SharePartitionHost> hosts = byGroup.get(group);
        if (hosts != null) {
            List.copyOf(hosts.values()).forEach(host -> host.release(holder));
        }
        moves.release(group, holder);
    }

    /** As above, of one partition. */
    void release(final String group, final long partitionKey, final Holder holder) {
        final SharePartitionHost host = find(group, partitionKey);
        if (host == null) {
            moves.release(group, partitionKey, holder);
        } else {
            host.release(holder);
        }
    }

    // What happens to partitions

    void forget(final SharePartitionHost host) {
        final Map<Long, SharePartitionHost> hosts = byGroup.get(host.key().group());
        if (hosts != null && hosts.remove(host.key().partitionKey(), host) && hosts.isEmpty()) {
            byGroup.remove(host.key().group());
        }
    }

    /** A coordinator that this core asked has begun a state anew: the partition's core is to look again. */
    private void onReset(final String group, final Uuid topicId, final int partition, final int stateEpoch) {
        final TopicImage topic =
                core.image().topicById(topicId.getMostSignificantBits(), topicId.getLeastSignificantBits());
        final PartitionImage image = topic == null ? null : topic.partition(partition);
        if (image != null) {
            final long key = image.partitionKey();
            on(image.ownerCore(), there -> there.reset(group, key, stateEpoch));
        }
    }

    void reset(final String group, final long partitionKey, final int stateEpoch) {
        final SharePartitionHost host = find(group, partitionKey);
        if (host == null) {
            moves.reset(group, partitionKey, stateEpoch);
        } else if (host.isOlderThan(stateEpoch)) {
            host.end(Errors.NOT_LEADER_OR_FOLLOWER);
        }
    }

    @Override
    public void onPartitionPlaced(final TopicImage topic, final PartitionImage partition, final int previousCore) {
        final long key = partition.partitionKey();
        if (previousCore == core.id()) {
            final List<SharePartitionHost> leaving = all();
            leaving.removeIf(host -> host.key().partitionKey() != key);
            moves.depart(key, partition.ownerCore(), partition.leaderEpoch(), leaving);
        }
        if (previousCore >= 0 && partition.ownerCore() == core.id()) {
            moves.await(key, partition.leaderEpoch());
        }
    }

    /** Goes on with what another core has handed over. */
    void takeOver(final ShareParting parting, final int leaderEpoch) {
        final SharePartitionHost host =
                new SharePartitionHost(this, parting.key().in(leaderEpoch));
        put(host);
        host.takeOver(parting);
    }

    @Override
    public void onTopicDeleted(final TopicImage topic) {
        all().stream()
                .filter(host -> core.image().partition(host.key().partitionKey()) == null)
                .forEach(host -> host.end(Errors.UNKNOWN_TOPIC_OR_PARTITION));
        for (int i = 0; i < topic.partitionCount(); i++) {
            moves.forget(topic.partition(i).partitionKey());
        }
    }

    /** From now on; who waits by the old rules looks again. */
    @Override
    public void onResourceConfigChanged(final ResourceType type, final String resourceName) {
        final Map<Long, SharePartitionHost> hosts = type == ResourceType.GROUP ? byGroup.get(resourceName) : null;
        if (hosts != null) {
            List.copyOf(hosts.values()).forEach(SharePartitionHost::onRulesChanged);
        }
    }

    /** Each watch holds room in the core's own ring; who finds none looks again at the next sweep. */
    boolean mayWatch() {
        return watches < WATCHES_MAX;
    }

    void watches(final int more) {
        watches += more;
    }

    private List<SharePartitionHost> all() {
        final List<SharePartitionHost> all = new ArrayList<>();
        byGroup.values().forEach(hosts -> all.addAll(hosts.values()));
        return all;
    }

    @Override
    public int doWork(final long nowNs, final long nowMs) {
        if (nowNs - sweepNs < SWEEP_NS) {
            return 0;
        }
        sweepNs = nowNs;
        moves.sweep(nowNs);
        long waiting = 0;
        for (final SharePartitionHost host : all()) {
            host.sweep();
            waiting += host.lettersWaiting();
            if (host.isAtRest(AT_REST_NS)) {
                host.rest();
            }
        }
        meter.lettersWaiting.set(waiting);
        return 0;
    }

    @Override
    public boolean mayPark() {
        return true;
    }
}
