package io.millrace.net.simulation;

import io.millrace.engine.share.AcknowledgeType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntBinaryOperator;
import org.apache.kafka.common.TopicPartition;

/**
 * What the members of one share group were given, and told of what they said. What was accepted, rejected or given up comes
 * never again; a record is with one member at a time; its deliveries are counted right; the group's start passes nothing
 * that is not done. Where an answer is lost, either may have happened; where two requests were under way at once, either
 * may have come first.
 */
final class SharedBook {
    private static final long NEVER = Long.MAX_VALUE;
    private static final long NS_PER_MS = 1_000_000;

    /**
     * What is set for the group.
     *
     * @param letters the topic of its dead letters, or empty
     */
    record Rules(
            int lockMs, int deliveriesMax, int recordsMax, boolean committed, String letters, boolean letterCopies) {
        boolean hasLetters() {
            return !letters.isEmpty();
        }
    }

    /** A fetch that was sent: when, by what connection, and whose the partitions were then. */
    final class Asked {
        private final long sentAt = ++clock;
        private final long sentNs = world.nowNs();
        private final SimNode life = world.node();
        private final long locksLost = life == null ? 0 : life.shareLocksLost();
        private final int[] epochs = new int[partitions];
        private final SimSocket socket;
        private final boolean ofOneCore;
        private final List<Integer> parts;
        private final int[] lostBefore = lost.clone();

        private Asked(final SimSocket socket, final int port, final List<Integer> parts) {
            this.socket = socket;
            ofOneCore = port != SimNode.NODE_PORT;
            this.parts = parts;
            for (int i = 0; i < partitions; i++) {
                epochs[i] = leaderEpoch(i, Math::min);
            }
        }

        /** Whether nothing has happened since that ends locks in the partition, but what members say, and time. */
        private boolean isUnbroken(final int partition) {
            return isSameLifetime() && !socket.isBroken() && (!ofOneCore || isInPlace(partition));
        }

        /** Who comes to a core of the node has no say in what has gone to another one. */
        private boolean isInPlace(final int partition) {
            return epochs[partition] != SimNode.UNKNOWN && epochs[partition] == leaderEpoch(partition, Math::max);
        }

        private boolean isSameLifetime() {
            return world.node() == life && life != null && life.shareLocksLost() == locksLost;
        }
    }

    /** A record that a member was given. */
    final class Hold {
        private final String member;
        private final Asked asked;
        private final int partition;
        private final long offset;
        private final int count;
        private final long since = ++clock;
        private long lockedUntilNs;
        private boolean letGo;

        private Hold(final String member, final Asked asked, final int partition, final long offset, final int count) {
            this.member = member;
            this.asked = asked;
            this.partition = partition;
            this.offset = offset;
            this.count = count;
            lockedUntilNs = asked.sentNs + rules.lockMs * NS_PER_MS;
        }

        long offset() {
            return offset;
        }

        /** There is no record: a transaction's marker, or one that was aborted. */
        boolean isGap() {
            return fate(partition, offset).text == null;
        }

        /** Its session has ended, or its member forgets it. */
        void letGo() {
            letGo = true;
        }

        private boolean isCertain() {
            return !letGo && isRunning();
        }

        /** Whether its lock is still on, unless its member has said something. */
        private boolean isRunning() {
            return lockedUntilNs > world.nowNs() && asked.isUnbroken(partition);
        }

        @Override
        public String toString() {
            return member + " (delivery " + count + ", since " + since + ')';
        }
    }

    /** What a member said of records of one partition, and is not yet told of. */
    final class Said {
        private final long sentAt = ++clock;
        private final long sentNs = world.nowNs();
        private final Map<Hold, Byte> types;
        /** Whether each of them was with the member beyond doubt until now. */
        private boolean held = true;

        private Said(final Map<Hold, Byte> types) {
            this.types = types;
        }

        /** The member goes on without them, those that it wanted more time for too. */
        void letGo(final Map<Integer, TreeMap<Long, Hold>> held) {
            types.keySet().forEach(hold -> {
                hold.letGo();
                final TreeMap<Long, Hold> records = held.get(hold.partition);
                if (records != null && records.remove(hold.offset, hold) && records.isEmpty()) {
                    held.remove(hold.partition);
                }
            });
        }
    }

    /** What is known of one record. */
    private static final class Fate {
        private final List<Hold> holds = new ArrayList<>();
        private String text;
        private int known;
        private Hold last;
        /** Since when it is certain that it is not handed out any more, and since when that may be. */
        private long doneSince = NEVER;

        private long maybeDoneSince = NEVER;
        /** Deliveries that are kept, whatever happens, and since when. */
        private int kept;

        private long keptSince = NEVER;
        private boolean accepted;
        /** What was said to accept it, and was not refused. */
        private int maybeAccepted;

        private int letters;
    }

    private final SimWorld world;
    private final TxnBook transactions;
    private final String group;
    private final String topic;
    private final int partitions;
    private final Rules rules;
    private final List<TreeMap<Long, Fate>> fates = new ArrayList<>();
    /** Fetches of each partition that are under way. */
    private final int[] asking;
    /** Fetches of each partition whose answers were lost: each may have got any record. */
    private final int[] lost;

    private final long[] starts;
    /** Each start that was told, and when. */
    private final List<TreeMap<Long, Long>> startsTold = new ArrayList<>();

    /** When it was first told that there is nothing left, after all had been written. */
    private final long[] allDone;

    private boolean open;
    private long clock;

    SharedBook(
            final SimWorld world,
            final TxnBook transactions,
            final String group,
            final String topic,
            final int partitions,
            final Rules rules) {
        this.world = world;
        this.transactions = transactions;
        this.group = group;
        this.topic = topic;
        this.partitions = partitions;
        this.rules = rules;
        asking = new int[partitions];
        lost = new int[partitions];
        starts = new long[partitions];
        allDone = new long[partitions];
        Arrays.fill(allDone, NEVER);
        for (int i = 0; i < partitions; i++) {
            fates.add(new TreeMap<>());
            startsTold.add(new TreeMap<>());
        }
    }

    String group() {
        return group;
    }

    Rules rules() {
        return rules;
    }

    long now() {
        return ++clock;
    }

    /** What is set for the group is set: members may come. */
    void open() {
        open = true;
    }

    boolean isOpen() {
        return open;
    }

    private int leaderEpoch(final int partition, final IntBinaryOperator both) {
        return world.node() == null ? SimNode.UNKNOWN : world.node().leaderEpoch(topic, partition, both);
    }

    private Fate fate(final int partition, final long offset) {
        return fates.get(partition).computeIfAbsent(offset, key -> new Fate());
    }

    private ViolationException wrong(final int partition, final long offset, final String what) {
        return new ViolationException(group + ": record " + offset + " of partition " + partition + ' ' + what);
    }

    // What is handed out

    Asked onAsked(final SimSocket socket, final int port, final List<Integer> parts) {
        parts.forEach(partition -> asking[partition]++);
        return new Asked(socket, port, parts);
    }

    /** The answer is there, and its records will be told. */
    void onAnswered(final Asked asked) {
        asked.parts.forEach(partition -> asking[partition]--);
    }

    void onLost(final Asked asked) {
        asked.parts.forEach(partition -> {
            asking[partition]--;
            lost[partition]++;
        });
    }

    /**
     * A member was given a record.
     *
     * @param text the record that lies there; null for none, as for a transaction's marker
     */
    Hold onGiven(
            final String member,
            final Asked asked,
            final int partition,
            final long offset,
            final int count,
            final String text) {
        final Fate fate = fate(partition, offset);
        final Hold hold = new Hold(member, asked, partition, offset, count);
        if (fate.doneSince < asked.sentAt) {
            throw wrong(partition, offset, "was done, and is given to " + hold);
        }
        if (offset < starts[partition] && startToldBefore(partition, asked.sentAt) > offset) {
            throw wrong(partition, offset, "lies before the group's start, and is given to " + hold);
        }
        checkText(fate, hold, text);
        checkCount(fate, hold);
        for (final Hold other : fate.holds) {
            if (other.isCertain() && (asked.sentAt > other.since || hold.isCertain())) {
                throw wrong(partition, offset, "is with " + other + ", and was given to " + hold);
            }
        }
        fate.holds.removeIf(other -> !other.isCertain());
        fate.holds.add(hold);
        fate.text = text;
        fate.last = hold;
        if (count >= rules.deliveriesMax) {
            fate.maybeDoneSince = Math.min(fate.maybeDoneSince, asked.sentAt);
        }
        world.count(count == 1 ? "record shared" : "record shared again");
        world.trace(offset);
        return hold;
    }

    private void checkText(final Fate fate, final Hold hold, final String text) {
        if (fate.last != null && !Objects.equals(text, fate.text)) {
            throw wrong(hold.partition, hold.offset, "was " + fate.text + ", and is given as " + text + " to " + hold);
        }
        final TopicPartition where = new TopicPartition(topic, hold.partition);
        if (text != null && rules.committed) {
            transactions.onSeen(where, hold.offset, text);
        } else if (text != null) {
            transactions.onWritten(where, hold.offset, text);
        }
    }

    private long startToldBefore(final int partition, final long moment) {
        long start = 0;
        for (final Map.Entry<Long, Long> told : startsTold.get(partition).entrySet()) {
            if (told.getValue() < moment) {
                start = told.getKey();
            }
        }
        return start;
    }

    private void checkCount(final Fate fate, final Hold hold) {
        final int partition = hold.partition;
        final int most = ++fate.known + lost[partition] + asking[partition];
        if (hold.count < 1 || hold.count > rules.deliveriesMax || hold.count > most) {
            throw wrong(
                    partition,
                    hold.offset,
                    "is given to " + hold + " of " + rules.deliveriesMax + ", and was given " + most
                            + " times at most");
        }
        if (fate.keptSince < hold.asked.sentAt && hold.count <= fate.kept) {
            throw wrong(partition, hold.offset, "came back after delivery " + fate.kept + ", and is given to " + hold);
        }
        final Hold last = fate.last;
        if (last != null && last.since < hold.asked.sentAt && last.asked.isSameLifetime() && hold.count <= last.count) {
            throw wrong(partition, hold.offset, "was given to " + last + ", and is given to " + hold);
        }
    }

    // What members say

    Said onSaid(final Map<Hold, Byte> types) {
        final Said said = new Said(types);
        types.forEach((hold, type) -> {
            said.held &= hold.isCertain();
            if (type != AcknowledgeType.RENEW) {
                hold.letGo();
                final Fate fate = fate(hold.partition, hold.offset);
                fate.maybeAccepted += type == AcknowledgeType.ACCEPT ? 1 : 0;
                if (type != AcknowledgeType.RELEASE || hold.count >= rules.deliveriesMax) {
                    fate.maybeDoneSince = Math.min(fate.maybeDoneSince, said.sentAt);
                }
            }
        });
        return said;
    }

    /** It counts. */
    void onKept(final Said said) {
        said.types.forEach((hold, type) -> {
            final Fate fate = fate(hold.partition, hold.offset);
            for (final Hold other : fate.holds) {
                if (other != hold && other.since < said.sentAt && other.isCertain()) {
                    throw wrong(hold.partition, hold.offset, "is with " + other + ", and " + hold + " has a say in it");
                }
            }
            final long now = ++clock;
            switch (type) {
                case AcknowledgeType.RENEW ->
                    hold.lockedUntilNs = Math.max(hold.lockedUntilNs, said.sentNs + rules.lockMs * NS_PER_MS);
                case AcknowledgeType.RELEASE -> {
                    if (hold.count >= rules.deliveriesMax) {
                        fate.doneSince = Math.min(fate.doneSince, now);
                        world.count("shared record given up");
                    } else if (hold.count > fate.kept) {
                        fate.kept = hold.count;
                        fate.keptSince = now;
                    }
                }
                default -> {
                    fate.doneSince = Math.min(fate.doneSince, now);
                    // Of records that others have rejected since, and that lie behind the group, anything may be said.
                    fate.accepted |= type == AcknowledgeType.ACCEPT && said.held && hold.isRunning();
                }
            }
            world.count(nameOf(type));
        });
    }

    private static String nameOf(final byte type) {
        return switch (type) {
            case AcknowledgeType.RENEW -> "shared record renewed";
            case AcknowledgeType.RELEASE -> "shared record released";
            case AcknowledgeType.ACCEPT -> "shared record accepted";
            case AcknowledgeType.REJECT -> "shared record rejected";
            default -> "shared gap told";
        };
    }

    /** The member is told that it does not hold the records, or not all of them. */
    void onNotHeld(final Said said) {
        if (said.held && said.types.keySet().stream().allMatch(Hold::isRunning)) {
            final Hold first = said.types.keySet().iterator().next();
            throw wrong(first.partition, first.offset, "is with " + first + ", which is told that it does not hold it");
        }
        said.types.forEach((hold, type) -> {
            if (type == AcknowledgeType.ACCEPT) {
                fate(hold.partition, hold.offset).maybeAccepted--;
            }
        });
        world.count("shared records said something of too late");
    }

    // How far the group is

    /** The group's start, and when it was asked for. */
    void onStart(final int partition, final long start, final long sentAt) {
        final long before = startToldBefore(partition, sentAt);
        if (start < before) {
            throw new ViolationException(
                    group + ": the start of partition " + partition + " was " + before + ", and now it is " + start);
        }
        startsTold.get(partition).putIfAbsent(start, ++clock);
        starts[partition] = Math.max(starts[partition], start);
        world.trace(start);
    }

    /** Nothing more will be written, and the group has nothing left there, as it says; its start may lie further back. */
    void onAllDone(final int partition) {
        allDone[partition] = Math.min(allDone[partition], ++clock);
    }

    boolean isDone(final int partition, final long behindLast) {
        return starts[partition] >= behindLast || allDone[partition] != NEVER;
    }

    long start(final int partition) {
        return starts[partition];
    }

    /** Compares with all that there was to be worked off: nothing else was given out, and nothing passed over. */
    void audit(final Map<TopicPartition, TreeMap<Long, String>> committed) {
        for (int partition = 0; partition < partitions; partition++) {
            final TreeMap<Long, String> records =
                    committed.getOrDefault(new TopicPartition(topic, partition), new TreeMap<>());
            for (final Map.Entry<Long, String> record : records.entrySet()) {
                audit(partition, record.getKey(), record.getValue());
            }
            for (final Map.Entry<Long, Fate> each : fates.get(partition).entrySet()) {
                final String text = each.getValue().text;
                if (text != null && rules.committed && !records.containsKey(each.getKey())) {
                    throw wrong(partition, each.getKey(), "was never committed: " + text);
                }
            }
        }
    }

    private void audit(final int partition, final long offset, final String text) {
        final Fate fate = fate(partition, offset);
        if (fate.last != null && !text.equals(fate.text)) {
            throw wrong(partition, offset, "is " + text + ", and was given out as " + fate.text);
        }
        long passed = allDone[partition];
        for (final long told : startsTold.get(partition).tailMap(offset, false).values()) {
            passed = Math.min(passed, told);
        }
        if (passed == NEVER) {
            throw wrong(partition, offset, "is not done");
        }
        if (fate.maybeDoneSince > passed && !mayBeGivenUp(fate, partition)) {
            throw wrong(partition, offset, "was passed over, given last to " + fate.last);
        }
    }

    // Dead letters

    /**
     * A dead letter is found that tells of a record.
     *
     * @param copy the record's text, or null where there is no copy
     */
    void onLetter(final int partition, final long offset, final String copy) {
        final Fate fate = fate(partition, offset);
        fate.letters++;
        world.count("dead letter");
        if (fate.accepted) {
            throw wrong(partition, offset, "was accepted, and there is a letter of it");
        }
        if (fate.maybeDoneSince == NEVER && !mayBeGivenUp(fate, partition)) {
            throw wrong(partition, offset, "was neither rejected nor given up, and there is a letter of it");
        }
        if (copy != null && fate.last != null && !copy.equals(fate.text)) {
            throw wrong(partition, offset, "was " + fate.text + ", and its letter says " + copy);
        }
    }

    /**
     * All letters are told: there is one of each record that was done and nobody can have accepted.
     *
     * @param isCalm nothing has happened that may have one written twice
     */
    void auditLetters(final Map<TopicPartition, TreeMap<Long, String>> committed, final boolean isCalm) {
        for (int partition = 0; partition < partitions; partition++) {
            for (final Map.Entry<Long, Fate> each : fates.get(partition).entrySet()) {
                if (isCalm && each.getValue().letters > 1) {
                    throw wrong(partition, each.getKey(), "has " + each.getValue().letters + " letters");
                }
            }
            for (final long offset : committed
                    .getOrDefault(new TopicPartition(topic, partition), new TreeMap<>())
                    .keySet()) {
                final Fate fate = fate(partition, offset);
                if (fate.maybeAccepted == 0 && fate.letters == 0 && world.lettersFailed() == 0) {
                    throw wrong(partition, offset, "was accepted by nobody, and there is no letter of it");
                }
            }
        }
    }

    /** Whether it may have come back often enough in answers that were lost. */
    private boolean mayBeGivenUp(final Fate fate, final int partition) {
        final int before = fate.last == null ? 0 : fate.last.asked.lostBefore[partition];
        final int count = fate.last == null ? 0 : fate.last.count;
        return count + lost[partition] - before + asking[partition] >= rules.deliveriesMax;
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder(group);
        for (int i = 0; i < partitions; i++) {
            text.append(' ').append(i).append('@').append(starts[i]);
        }
        return text.toString();
    }
}
