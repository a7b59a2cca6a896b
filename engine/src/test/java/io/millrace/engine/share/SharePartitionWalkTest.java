package io.millrace.engine.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Members, time, writes that fail and cores that crash, by chance: no record is two members' at once, none comes again
 * once it is kept that it was accepted, none is handed out too often, and each is worked off in the end.
 */
class SharePartitionWalkTest {
    private static final int SEEDS = 200;
    private static final int STEPS = 600;
    private static final long RECORDS = 300;
    private static final ShareLimits LIMITS = new ShareLimits(1000, 5, 120, true, false);
    private static final ShareLimits WITH_LETTERS = new ShareLimits(1000, 5, 120, true, true);
    private static final byte[] TYPES = {
        AcknowledgeType.ACCEPT,
        AcknowledgeType.ACCEPT,
        AcknowledgeType.ACCEPT,
        AcknowledgeType.RELEASE,
        AcknowledgeType.REJECT
    };

    private enum Bug {
        NONE,
        /** Records are taken back before their time is over. */
        LOCKS_CUT_SHORT,
        /** What was kept last is not found after a crash. */
        KEPT_FORGOTTEN,
        /** Records are archived before their dead letters are written. */
        LETTERS_SKIPPED
    }

    private record Hold(Holder holder, long endNs) {}

    private record Kept(byte state, short deliveries) {}

    /** One life after another of a share partition, and what is true of it. */
    private static final class Walk {
        private final Random random;
        private final ShareLimits limits;
        private final boolean crashes;
        private final Bug bug;
        private final Map<Long, Hold> holds = new HashMap<>();
        private final TreeMap<Long, Kept> kept = new TreeMap<>();
        private final Map<Long, Integer> accepted = new HashMap<>();
        private final Set<Long> givenUp = new HashSet<>();
        private final Set<Long> letters = new HashSet<>();
        private final Map<Long, Integer> handedOut = new HashMap<>();
        private final FoundBatches found = new FoundBatches();
        private final RecordRanges told = new RecordRanges();
        private final RecordRanges changes = new RecordRanges();
        private SharePartition share = new SharePartition(0);
        private long keptStart;
        private long keptTicket;
        private long ticket;
        private long expiry;
        private long keptExpiry;
        private long nowNs;
        private long session;

        Walk(final long seed, final boolean crashes, final Bug bug) {
            random = new Random(seed);
            limits = seed % 2 == 0 ? LIMITS : WITH_LETTERS;
            this.crashes = crashes;
            this.bug = bug;
        }

        void run() {
            for (int i = 0; i < STEPS; i++) {
                nowNs += random.nextInt(120);
                switch (random.nextInt(crashes ? 13 : 11)) {
                    case 0, 1, 2 -> acquire(new Holder("m" + random.nextInt(4), ++session));
                    case 3, 4, 5, 6 -> say();
                    case 7 -> expire(nowNs + (bug == Bug.LOCKS_CUT_SHORT ? limits.lockNs() : 0));
                    case 8 -> release();
                    case 9 -> end(true);
                    case 10 -> writeLetters(random.nextInt(20));
                    case 11 -> end(false);
                    default -> crash();
                }
            }
            drain();
        }

        private void acquire(final Holder holder) {
            found.clear();
            final long from = share.nextOffset();
            for (long base = from / 10 * 10; base < RECORDS; base += 10) {
                found.add(base, base + 9, (int) (base - from / 10 * 10 + 10) * 100, false);
            }
            share.acquire(holder, found, from, 1 + random.nextInt(30), 500, random.nextBoolean(), limits, nowNs, told);
            for (int range = 0; range < told.count(); range++) {
                assertThat(told.deliveries(range)).isLessThanOrEqualTo((short) limits.deliveriesMax());
                for (long offset = told.first(range); offset <= told.last(range); offset++) {
                    final Hold before = holds.put(offset, new Hold(holder, nowNs + limits.lockNs()));
                    assertThat(before == null || before.endNs <= nowNs)
                            .as("%d is %s's", offset, before)
                            .isTrue();
                    assertThat(accepted).as("done is done").doesNotContainKey(offset);
                    if (!crashes) {
                        assertThat(handedOut.merge(offset, 1, Integer::sum))
                                .isLessThanOrEqualTo(limits.deliveriesMax());
                    }
                }
            }
        }

        /** A member says one thing of a few neighbours that it holds. */
        private void say() {
            final List<Long> held = new ArrayList<>(holds.keySet());
            if (held.isEmpty()) {
                return;
            }
            final long first = held.get(random.nextInt(held.size()));
            final Hold hold = holds.get(first);
            long last = first;
            while (last < first + 5
                    && holds.containsKey(last + 1)
                    && holds.get(last + 1).holder.equals(hold.holder)) {
                last++;
            }
            final byte type = TYPES[random.nextInt(TYPES.length)];
            final AckResult result =
                    share.acknowledge(hold.holder.memberId(), first, last, new byte[] {type}, ++ticket, limits, nowNs);
            if (result != AckResult.OK) {
                share.rollBack(ticket - 1, ticket);
            }
        }

        private void release() {
            holds.values().stream().findAny().ifPresent(hold -> share.release(hold.holder, ++ticket, limits));
        }

        /** The write of all that was said so far has ended. */
        private void end(final boolean well) {
            changes.clear();
            share.changes(keptTicket, ticket, changes);
            if (well) {
                keep(changes);
                share.commit(ticket);
            } else {
                share.rollBack(keptTicket, ticket);
            }
            keptTicket = ticket;
        }

        private void keep(final RecordRanges ranges) {
            for (int range = 0; range < ranges.count(); range++) {
                for (long offset = ranges.first(range); offset <= ranges.last(range); offset++) {
                    final byte state = RecordState.kept(ranges.state(range));
                    kept.put(offset, new Kept(state, ranges.deliveries(range)));
                    holds.remove(offset);
                    if (state == RecordState.ACKNOWLEDGED) {
                        accepted.merge(offset, 1, Integer::sum);
                    } else if (RecordState.isTerminal(state)) {
                        givenUp.add(offset);
                    }
                }
            }
        }

        /** Of some of the records, as far as is kept that they need letters, and perhaps only of the first of these. */
        private void writeLetters(final int recordsMax) {
            told.clear();
            share.deadLetters(keptExpiry, recordsMax, told);
            assertThat(told.isEmpty()).isEqualTo(recordsMax == 0 || !share.hasDeadLetters(keptExpiry));
            if (told.isEmpty()) {
                return;
            }
            final long last = told.last() - random.nextInt((int) (told.last() - told.first(0)) + 1);
            for (int range = 0; range < told.count(); range++) {
                for (long offset = told.first(range); offset <= Math.min(last, told.last(range)); offset++) {
                    assertThat(kept.get(offset).state).as("%d", offset).isEqualTo(RecordState.ARCHIVING);
                    if (bug != Bug.LETTERS_SKIPPED) {
                        letters.add(offset);
                    }
                }
            }
            changes.clear();
            share.archive(told, last, changes);
            keep(changes);
        }

        private void expire(final long atNs) {
            told.clear();
            share.expire(atNs, limits, ++expiry, told);
            for (int range = 0; range < told.count() && bug == Bug.NONE; range++) {
                for (long offset = told.first(range); offset <= told.last(range); offset++) {
                    assertThat(holds.get(offset).endNs).isLessThanOrEqualTo(nowNs);
                }
            }
            if (bug == Bug.NONE) {
                keep(told);
                keptExpiry = expiry;
            }
            keptStart = Math.max(keptStart, startKept());
        }

        /** The start that goes with what is kept: all before it is done there too. */
        private long startKept() {
            long start = keptStart;
            while (kept.containsKey(start) && RecordState.isTerminal(kept.get(start).state)) {
                start++;
            }
            return start;
        }

        private void crash() {
            if (random.nextBoolean()) {
                changes.clear();
                share.changes(keptTicket, ticket, changes);
                keep(changes);
            }
            keptStart = startKept();
            if (bug == Bug.KEPT_FORGOTTEN && !kept.isEmpty()) {
                kept.pollLastEntry();
            }
            share = new SharePartition(keptStart);
            kept.tailMap(keptStart)
                    .forEach((offset, one) -> share.restore(offset, offset, one.state, one.deliveries, limits));
            share.restored();
            keptTicket = ticket;
            holds.clear();
        }

        /** Nothing fails any more, and one member works off what is left. */
        private void drain() {
            end(true);
            for (int i = 0; share.startOffset() < RECORDS; i++) {
                assertThat(i).as("rounds").isLessThan(1000);
                nowNs += limits.lockNs();
                expire(nowNs);
                writeLetters(100);
                final Holder last = new Holder("last", ++session);
                acquire(last);
                for (int range = 0; range < told.count(); range++) {
                    share.acknowledge(
                            "last",
                            told.first(range),
                            told.last(range),
                            new byte[] {AcknowledgeType.ACCEPT},
                            ++ticket,
                            limits,
                            nowNs);
                }
                end(true);
            }
            for (long offset = 0; offset < RECORDS; offset++) {
                assertThat(accepted.containsKey(offset) || givenUp.contains(offset))
                        .as("%d is worked off", offset)
                        .isTrue();
                assertThat(letters.contains(offset) || accepted.containsKey(offset) || !limits.deadLetters())
                        .as("%d has a letter", offset)
                        .isTrue();
            }
            assertThat(accepted.values()).as("once").allMatch(times -> times == 1);
        }
    }

    private static void walk(final boolean crashes, final Bug bug) {
        for (long seed = 0; seed < SEEDS; seed++) {
            try {
                new Walk(seed, crashes, bug).run();
            } catch (final AssertionError wrong) {
                throw new AssertionError("seed " + seed, wrong);
            }
        }
    }

    @Test
    void shouldWorkOffEachRecordOnceWhileNothingFails() {
        walk(false, Bug.NONE);
    }

    @Test
    void shouldWorkOffEachRecordThroughCrashesAndWritesThatFail() {
        walk(true, Bug.NONE);
    }

    @Test
    void shouldFindRecordsThatAreTakenBackTooEarly() {
        assertThatThrownBy(() -> walk(false, Bug.LOCKS_CUT_SHORT)).hasMessageContaining("seed");
    }

    @Test
    void shouldFindThatALetterIsNotWritten() {
        assertThatThrownBy(() -> walk(false, Bug.LETTERS_SKIPPED)).hasMessageContaining("seed");
    }

    @Test
    void shouldFindThatSomethingKeptIsForgotten() {
        assertThatThrownBy(() -> walk(true, Bug.KEPT_FORGOTTEN)).hasMessageContaining("seed");
    }
}
