package io.millrace.net.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * A member of a group: works its partitions off from where the group has committed, and commits how far it is; or moves
 * what it reads to another topic, in transactions that its offsets are part of. It crashes, leaves, stands still until
 * it was given up, and comes back.
 */
final class SimMember extends SimCaller {
    private static final int CHAOS_ODDS = 1_000;
    private static final int REST_MS_MAX = 600;

    private final Traits traits;
    private SimMembership membership;
    private final GroupBook book;
    private final SimMover mover;
    private final String topic;
    private final int partitions;
    /** Where to go on, of the partitions that it has. */
    private final TreeMap<Integer, Long> positions = new TreeMap<>();
    /** Read, not committed. */
    private final TreeMap<Integer, Long> dirty = new TreeMap<>();

    private final TreeMap<Integer, Boolean> atEnd = new TreeMap<>();
    private boolean underWay;
    private int life;
    private boolean stopped;

    /**
     * What it is.
     *
     * @param classic  whether by the classic protocol
     * @param migrates whether it may come back by the other one
     * @param instance its group.instance.id, or null
     * @param isAnchor whether the group is never without it
     * @param isTwin   whether another member has its instance id too
     */
    record Traits(boolean classic, boolean migrates, String instance, boolean isAnchor, boolean isTwin) {}

    /** @param mover what it does with the records, or null */
    SimMember(
            final String name,
            final SimWorld world,
            final GroupBook book,
            final Traits traits,
            final SimMover mover,
            final String topic,
            final int partitions,
            final int bootstrapPort) {
        super(name, world, mover == null ? List.of(topic) : List.of(topic, mover.topic()), bootstrapPort);
        this.book = book;
        this.mover = mover;
        this.topic = topic;
        this.partitions = partitions;
        this.traits = traits;
        membership = newMembership(traits.classic);
        if (mover != null) {
            mover.begin(this);
        }
    }

    private SimMembership newMembership(final boolean classic) {
        return classic
                ? new SimClassicMember(this, book, topic, partitions, traits.instance, traits.isAnchor)
                : new SimConsumerMember(this, book, topic, partitions, traits.instance);
    }

    @Override
    int act() {
        if (isRetired() || !book.isOpenTo(traits.instance)) {
            return 0;
        }
        if (!stopped && entropy().nextInt(CHAOS_ODDS) == 0) {
            disturb();
            return 1;
        }
        final int work = membership.step();
        positions.keySet().retainAll(membership.owned);
        dirty.keySet().retainAll(membership.owned);
        if (underWay) {
            return work;
        }
        if (mover != null && !mover.isReady()) {
            return work + mover.step();
        }
        return membership.isStable() && membership.port != SimMembership.NOWHERE ? work + work() : work;
    }

    private void disturb() {
        switch (entropy().nextInt(3)) {
            case 0 -> {
                world().count("member crashed");
                crash();
                maybeMigrate();
            }
            case 1 -> {
                world().count("member left");
                forgetCalls();
                membership.leave();
                membership.crash();
                abandon();
                maybeMigrate();
            }
            default -> world().count("member stood still");
        }
        rest(entropy().nextInt(REST_MS_MAX) * 1_000_000L);
    }

    private void crash() {
        forgetCalls();
        membership.crash();
        abandon();
    }

    /** Comes back as a later version of itself, or as an earlier one. */
    private void maybeMigrate() {
        if (traits.migrates && entropy().nextInt(2) == 0) {
            final boolean wasClassic = membership instanceof SimClassicMember;
            final int changes = membership.changes;
            membership = newMembership(!wasClassic);
            membership.changes = changes + 1;
            world().count(wasClassic ? "member upgraded" : "member downgraded");
        }
    }

    private boolean isRetired() {
        return stopped && traits.isTwin;
    }

    private void abandon() {
        life++;
        underWay = false;
        positions.clear();
        dirty.clear();
        atEnd.clear();
        if (mover != null) {
            mover.crash();
        }
    }

    private int work() {
        for (final int partition : membership.owned) {
            if (!positions.containsKey(partition)) {
                askCommitted(partition);
                return 1;
            }
        }
        if (positions.isEmpty() || entropy().nextInt(3) > 0) {
            return 0;
        }
        if (!dirty.isEmpty() && entropy().nextInt(2) == 0) {
            commit();
            return 1;
        }
        final List<Integer> mine = new ArrayList<>(positions.keySet());
        final int partition = mine.get(entropy().nextInt(mine.size()));
        final int leader = leaderPort(topic, partition);
        if (leader < 0) {
            retryLater();
            return 0;
        }
        fetch(leader, partition);
        return 1;
    }

    private interface Told {
        void onAnswer(SimSocket.Answer answer);
    }

    /** One request of its work at a time; what a former life asked for is nobody's any more. */
    private void ask(final int port, final ApiKeys api, final int version, final ApiMessage request, final Told told) {
        final int now = life;
        underWay = call(
                port,
                api,
                version,
                request,
                answer -> {
                    if (life == now) {
                        underWay = false;
                        told.onAnswer(answer);
                    }
                },
                () -> underWay &= life != now);
    }

    private void askCommitted(final int partition) {
        final int version = version(8, 9);
        final OffsetFetchRequestGroup group = new OffsetFetchRequestGroup().setGroupId(book.group());
        group.setTopics(List.of(new OffsetFetchRequestTopics().setName(topic).setPartitionIndexes(List.of(partition))));
        if (version >= 9 && entropy().nextInt(2) == 0) {
            group.setMemberId(membership.memberId).setMemberEpoch(membership.epoch);
        }
        final OffsetFetchRequestData request =
                new OffsetFetchRequestData().setRequireStable(true).setGroups(List.of(group));
        final long acked = book.acked(partition);
        final int changes = membership.changes;
        ask(membership.port, ApiKeys.OFFSET_FETCH, version, request, answer -> {
            final OffsetFetchResponseGroup response = new OffsetFetchResponseData(body(answer), answer.version())
                    .groups()
                    .getFirst();
            Errors error = Errors.forCode(response.errorCode());
            if (error == Errors.NONE) {
                final OffsetFetchResponsePartitions found =
                        response.topics().getFirst().partitions().getFirst();
                error = Errors.forCode(found.errorCode());
                if (error == Errors.NONE) {
                    book.onFetched(partition, found.committedOffset(), acked);
                    if (changes != membership.changes) {
                        return;
                    }
                    positions.put(partition, Math.max(0, found.committedOffset()));
                    atEnd.remove(partition);
                    return;
                }
            }
            refused(error);
        });
    }

    /** Offsets are refused: what is right is asked for anew, if it still has the partition then. */
    void refused(final Errors error) {
        world().onClientError(error);
        switch (error) {
            case FENCED_INSTANCE_ID -> membership.fenced();
            case UNSTABLE_OFFSET_COMMIT,
                    GROUP_ID_NOT_FOUND,
                    ILLEGAL_GENERATION,
                    UNKNOWN_MEMBER_ID,
                    STALE_MEMBER_EPOCH,
                    FENCED_MEMBER_EPOCH,
                    REBALANCE_IN_PROGRESS -> {}
            default -> {
                if (!isTransient(error)) {
                    throw new ViolationException(name() + ": " + error + " for offsets of " + membership);
                }
            }
        }
        positions.clear();
        dirty.clear();
        retryLater();
    }

    private void fetch(final int leader, final int partition) {
        final long from = positions.get(partition);
        final FetchTopic named = new FetchTopic().setTopic(topic);
        named.partitions()
                .add(new FetchPartition()
                        .setPartition(partition)
                        .setFetchOffset(from)
                        .setPartitionMaxBytes(1 + entropy().nextInt(3_000)));
        final FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(entropy().nextInt(20))
                .setMinBytes(1)
                .setMaxBytes(1 + entropy().nextInt(3_000))
                .setIsolationLevel((byte) 1);
        request.topics().add(named);
        final int changes = membership.changes;
        ask(leader, ApiKeys.FETCH, version(4, 12), request, answer -> {
            final FetchResponseData response = new FetchResponseData(body(answer), answer.version());
            final Errors error = Errors.forCode(response.errorCode());
            final PartitionData data = error == Errors.NONE
                    ? response.responses().getFirst().partitions().getFirst()
                    : null;
            if (data == null || data.errorCode() != Errors.NONE.code()) {
                retryLater();
                return;
            }
            final TopicPartition read = new TopicPartition(topic, partition);
            final List<String> sources = new ArrayList<>();
            final long next =
                    SimCommitted.read(read, from, data, record -> sources.add(partition + ":" + record.offset()));
            if (changes != membership.changes) {
                return;
            }
            final boolean whole = data.lastStableOffset() == data.highWatermark();
            atEnd.put(partition, whole && next == data.highWatermark());
            if (next > from && Long.valueOf(from).equals(positions.get(partition))) {
                onRead(partition, next, sources);
            }
        });
    }

    private void onRead(final int partition, final long next, final List<String> sources) {
        if (mover == null) {
            positions.put(partition, next);
            dirty.put(partition, next);
        } else {
            positions.remove(partition);
            mover.move(partition, next, sources);
        }
    }

    /** What was moved is moved: goes on behind it. */
    void onMoved(final int partition, final long next, final int changes) {
        if (membership.changes == changes) {
            positions.put(partition, next);
        }
    }

    private void commit() {
        final int epoch = membership.epoch;
        final TreeMap<Integer, Long> offsets = new TreeMap<>(dirty);
        final OffsetCommitRequestTopic named = new OffsetCommitRequestTopic();
        final int version = version(membership instanceof SimClassicMember ? traits.instance == null ? 2 : 7 : 9, 10);
        if (version >= 10) {
            named.setTopicId(topic(topic).topicId());
        } else {
            named.setName(topic);
        }
        offsets.forEach((partition, offset) -> {
            book.onCommitSent(partition, offset);
            named.partitions()
                    .add(new OffsetCommitRequestPartition()
                            .setPartitionIndex(partition)
                            .setCommittedOffset(offset));
        });
        final String as = membership.memberId;
        final OffsetCommitRequestData request = new OffsetCommitRequestData()
                .setGroupId(book.group())
                .setMemberId(as)
                .setGroupInstanceId(traits.instance)
                .setGenerationIdOrMemberEpoch(epoch)
                .setTopics(List.of(named));
        final long sentAt = book.now();
        final int changes = membership.changes;
        ask(membership.port, ApiKeys.OFFSET_COMMIT, version, request, answer -> {
            final OffsetCommitResponseData response = new OffsetCommitResponseData(body(answer), answer.version());
            response.topics().getFirst().partitions().forEach(each -> {
                final Errors error = Errors.forCode(each.errorCode());
                final int partition = each.partitionIndex();
                if (error == Errors.NONE) {
                    book.onLetIn(as, sentAt);
                    book.onLetIn(partition, membership.owner(), epoch, sentAt);
                    book.onCommitted(partition, offsets.get(partition));
                    if (changes == membership.changes) {
                        dirty.remove(partition, offsets.get(partition));
                    }
                } else {
                    refused(error);
                }
            });
        });
    }

    SimMembership membership() {
        return membership;
    }

    /** Nothing bad happens to it any more. */
    void stop() {
        stopped = true;
        if (traits.isTwin) {
            membership.leave();
            crash();
        } else if (entropy().nextInt(3) == 0) {
            crash();
        }
    }

    /** Whether it has its part, and has worked it off. */
    @Override
    boolean isDone() {
        return isRetired()
                || (stopped
                        && membership.isStable()
                        && dirty.isEmpty()
                        && (mover == null || mover.isReady())
                        && positions.keySet().equals(membership.owned)
                        && positions.keySet().stream().allMatch(each -> atEnd.getOrDefault(each, false)));
    }

    /** Whether the members together have all partitions, in one epoch. */
    static boolean haveAll(final List<SimMember> all) {
        final List<SimMember> members =
                all.stream().filter(each -> !each.isRetired()).toList();
        final long epochs =
                members.stream().map(each -> each.membership.epoch).distinct().count();
        return epochs <= 1
                && (members.isEmpty()
                        || members.stream()
                                        .mapToInt(each -> each.membership.owned.size())
                                        .sum()
                                == members.getFirst().partitions);
    }

    @Override
    public String toString() {
        return name() + ": " + membership + " positions " + positions + " dirty " + dirty + " at end " + atEnd
                + (underWay ? " working" : "") + (mover == null ? "" : " " + mover);
    }
}
