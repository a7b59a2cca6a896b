package io.millrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.batch.KafkaBatches;
import io.millrace.engine.journal.Journal;
import io.millrace.engine.journal.JournaledLog;
import io.millrace.engine.journal.Journals;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.producer.ProducerTable;
import io.millrace.engine.sim.SimCrash;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import io.millrace.engine.status.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A log that goes on out of the journal: its batches, its producers, and which transactions were aborted. */
class JournalReplayTest {
    private static final int PRODUCERS = 5;
    private static final int JOURNAL_BYTES = 65_536;
    private static final int SEGMENT_BYTES = 1_500;

    private SimDiskImage image;
    private LogBench bench;
    private Journal journal;
    private JournaledLog member;
    private int[] sequences;
    private boolean[] open;
    private long nowNs;
    private int journalled;
    private boolean acksFollowPageCache;

    @BeforeEach
    void begin() {
        image = new SimDiskImage();
        sequences = new int[PRODUCERS];
        open = new boolean[PRODUCERS];
        bench = newBench();
        bench.create();
        join();
    }

    @Test
    void shouldComeOutAsIfItHadNeverStopped() {
        long replayed = 0;
        long aborted = 0;
        for (int seed = 0; seed < 60; seed++) {
            begin();
            final Random random = new Random(seed);
            for (int life = 0; life < 3; life++) {
                run(random);
                final long stable = bench.stable;
                if (random.nextInt(4) == 0) {
                    image.kill(new SeededEntropy(random.nextLong()));
                } else {
                    image.crash(new SeededEntropy(random.nextLong()));
                }
                final List<LogBench.Stored> stored = List.copyOf(bench.stored);
                replayed += recover(0);
                assertThat(bench.report.isDamaged()).as("seed " + seed).isFalse();
                assertThat(bench.log.endOffset()).as("seed " + seed).isGreaterThanOrEqualTo(stable);
                bench.stored.addAll(stored);
                bench.stored.removeIf(each -> each.baseOffset() >= bench.log.endOffset());
                bench.assertAllReadable();
                aborted += assertProducersAndListsAreThoseOf(bench.stored);
                begun();
                join();
            }
        }
        assertThat(replayed).isGreaterThan(100);
        assertThat(aborted).isGreaterThan(100);
        assertThat(journalled).isGreaterThan(1_000);
    }

    @Test
    void shouldNotLoseWhatADamagedLogGotOutOfTheJournal() {
        append();
        final String path = LogFiles.path(LogBench.DIRECTORY, 0, LogFiles.LOG);
        final byte[] synced = image.contents(path);
        append();
        append();
        append();
        final long end = bench.log.endOffset();
        assertThat(journalled).isEqualTo(3);
        assertThat(bench.stable).isEqualTo(end);
        image.crash(new SeededEntropy(1));
        image.put(path, synced);
        assertThat(recover(end + 10)).isEqualTo(3);
        assertThat(bench.log.endOffset()).isEqualTo(end);
        assertThat(bench.log.isReadOnly()).isTrue();

        image.crash(new SeededEntropy(1));
        assertThat(recover(end + 10)).isZero();
        assertThat(bench.log.endOffset()).isEqualTo(end);
        assertThat(bench.log.isReadOnly()).isTrue();
    }

    /** The topic was changed to acks that follow the page cache, and the process killed: the journal goes, so no ack may. */
    @Test
    void shouldSyncWhatTheJournalHeldThoughAcksFollowThePageCacheNow() {
        append();
        append();
        append();
        final long end = bench.log.endOffset();
        assertThat(bench.stable).isEqualTo(end);
        assertThat(journalled).isPositive();
        image.kill(new SeededEntropy(1));
        acksFollowPageCache = true;
        assertThat(recover(0)).as("all of it lies in the page cache").isZero();
        assertThat(bench.log.endOffset()).isEqualTo(end);

        image.crash(new SeededEntropy(1));
        recover(0);
        assertThat(bench.log.endOffset()).isEqualTo(end);
    }

    /** The topic is changed back to acks that follow the disk: what was not synced at the start must be now. */
    @Test
    void shouldNotCoverByTheJournalWhatRecoveryLeftUnsynced() {
        bench.append(1, bench.nowMs);
        bench.settle();
        image.kill(new SeededEntropy(1));
        acksFollowPageCache = true;
        recover(0);
        assertThat(bench.log.stableOffset()).isZero();
        join();
        append();
        final long end = bench.log.endOffset();
        assertThat(bench.stable).isEqualTo(end);

        image.crash(new SeededEntropy(1));
        recover(0);
        assertThat(bench.log.endOffset()).isEqualTo(end);
    }

    private void append() {
        bench.append(1, bench.nowMs);
        round();
        bench.settle();
    }

    private LogBench newBench() {
        return LogBench.on(new SimDisk(image, new SimTime(), SimDiskFaults.none(), new SeededEntropy(1)))
                .config(LogConfig.DEFAULT.withSegmentBytes(SEGMENT_BYTES));
    }

    private void join() {
        journal = new Journal(bench.disk, 0, JOURNAL_BYTES, 7, new Statistics());
        member = journal.member(bench.log);
        bench.log.stability().copyTo(member);
    }

    /** Opens what is there, with the journals, which go then; returns how many batches these gave. */
    private long recover(final long recoveryPoint) {
        bench = newBench();
        final BlockingDisk disk = new BlockingDisk(bench.disk);
        final Journals journals = Journals.read(disk, 1);
        assertThat(journals.findings()).noneMatch(each -> each.startsWith("DAMAGE"));
        bench.acksFollowPageCache(acksFollowPageCache);
        bench.recover(recoveryPoint, 0, false, journals.tailOf(LogBench.ID_HIGH, LogBench.ID_LOW, 0));
        journals.remove(disk);
        return bench.report.batchesReplayed();
    }

    /** Random transactions of random producers until the crash, in the middle of whatever is under way. */
    private void run(final Random random) {
        image.crashAtOperation(image.operations() + 30 + random.nextInt(600));
        try {
            for (int i = 0; i < 10_000; i++) {
                final int producer = random.nextInt(PRODUCERS);
                if (open[producer] && random.nextInt(3) == 0) {
                    open[producer] = false;
                    bench.append(KafkaBatches.marker(0, bench.nowMs, producer, 0, 0, random.nextInt(3) == 0));
                } else {
                    open[producer] = true;
                    bench.append(KafkaBatches.batch()
                            .producer(producer, 0, sequences[producer]++)
                            .transactional()
                            .count(1, bench.nowMs));
                }
                if (random.nextInt(3) == 0) {
                    round();
                }
            }
            throw new AssertionError("no crash came");
        } catch (final SimCrash crash) {
            bench.events.add("crash");
        }
    }

    /** As the core's sync round: the journal if it covers everything, else the segments. */
    private void round() {
        bench.until(() -> bench.appended == bench.log.endOffset());
        nowNs++;
        journal.doWork(nowNs);
        member.roundBegins();
        if (journal.canWrite() && member.isCovered()) {
            journalled++;
            bench.log.stability().journalBegins();
            journal.write(bench.log.stability()::journalEnds);
            bench.until(() -> !journal.isWriting());
        } else {
            journal.discard();
            bench.sync();
        }
    }

    /** What the next life's producers go on with. */
    private void begun() {
        sequences = new int[PRODUCERS];
        open = new boolean[PRODUCERS];
        for (final LogBench.Stored stored : bench.stored) {
            bench.batch.wrap(new UnsafeBuffer(stored.bytes()), 0, stored.bytes().length);
            final int producer = (int) bench.batch.producerId();
            open[producer] = !bench.batch.isControl();
            if (open[producer]) {
                sequences[producer] = bench.batch.baseSequence() + 1;
            }
        }
    }

    /** Replays all batches at once, and compares; returns how many aborted transactions there were. */
    private long assertProducersAndListsAreThoseOf(final List<LogBench.Stored> stored) {
        final ProducerTable expected = new ProducerTable(86_400_000, new Crc32c(), bench.nowMs);
        final List<String> lists = new ArrayList<>();
        expected.abortedTo((producerId, firstOffset, lastOffset, lastStableOffset) ->
                lists.add(producerId + " " + firstOffset + " " + lastOffset + " " + lastStableOffset));
        for (final LogBench.Stored each : stored) {
            expected.replay(new UnsafeBuffer(each.bytes()), 0, each.bytes().length);
        }
        final List<String> ours = new ArrayList<>();
        for (final Segment segment : bench.log.segments) {
            for (int i = 0; segment.hasAborted() && i < segment.aborted.count(); i++) {
                ours.add(segment.aborted.producerId(i) + " " + segment.aborted.firstOffset(i) + " "
                        + segment.aborted.lastOffset(i) + " " + segment.aborted.lastStableOffset(i));
            }
        }
        assertThat(ours).isEqualTo(lists);
        assertThat(bytes(bench.encodeSnapshot())).isEqualTo(bytes(expected.encodeSnapshot()));
        return lists.size();
    }

    private static byte[] bytes(final DirectBuffer buffer) {
        final byte[] bytes = new byte[buffer.capacity()];
        buffer.getBytes(0, bytes);
        return bytes;
    }
}
