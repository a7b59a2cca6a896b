package io.millrace.net.broker;

import io.millrace.engine.core.UnwrittenMoves;
import io.millrace.engine.log.ScrubFinding;
import io.millrace.engine.os.BrokerMark;
import io.millrace.engine.status.CoreCounter;
import io.millrace.engine.status.CoreCounters;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps the mark file up to date from a thread of its own, until closed, and tells the operator what the counters say
 * that cannot wait: partitions that went offline, a journal out of use, logs that cannot be compacted, damage in
 * closed segments, moves that cannot be written, a disk that fills up. Once for each change, never once for each event.
 */
final class NodeStatus implements AutoCloseable {
    private static final long PUBLISH_EVERY_NS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final int LOOK_EVERY = 4;
    private static final long MIB = 1024 * 1024;
    private static final long NEARLY_FULL_BYTES = 64 * MIB;

    private final BrokerMark mark;
    private final Path data;
    private final BrokerLog log;
    private final List<CoreCounters> cores = new CopyOnWriteArrayList<>();
    private final List<Queue<String>> troubles = new CopyOnWriteArrayList<>();
    private final List<Queue<ScrubFinding>> damage = new CopyOnWriteArrayList<>();
    private final List<Queue<UnwrittenMoves.News>> moves = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean closing;
    private long offlineTold;
    private long journalsTold;
    private boolean shortJournalsTold;
    private boolean nearlyFullTold;

    /** Starts the thread: before the caller is pinned, for threads inherit its processor. */
    NodeStatus(final BrokerMark mark, final Path data, final BrokerLog log) {
        this.mark = mark;
        this.data = data;
        this.log = log;
        thread = new Thread(this::run, "status");
        thread.setDaemon(true);
        thread.start();
    }

    void watch(
            final CoreCounters core,
            final Queue<String> compactionTroubles,
            final Queue<ScrubFinding> scrubFindings,
            final Queue<UnwrittenMoves.News> movesNews) {
        cores.add(core);
        troubles.add(compactionTroubles);
        damage.add(scrubFindings);
        moves.add(movesNews);
    }

    private void run() {
        for (int turn = 0; !closing; turn++) {
            mark.publish();
            if (turn % LOOK_EVERY == 0) {
                tellOffline();
                tellJournals();
                tellCompactions();
                tellDamage();
                tellMoves();
                tellNearlyFull(data.toFile().getUsableSpace());
            }
            LockSupport.parkNanos(this, PUBLISH_EVERY_NS);
        }
    }

    private void tellOffline() {
        final long offline = sumOf(CoreCounter.OFFLINE_PARTITIONS);
        if (offline > offlineTold) {
            log.error(offline + " partitions are OFFLINE: writing or syncing their files in " + data
                    + " failed, nothing more is taken for them; look at the disk, then restart");
        }
        offlineTold = offline;
    }

    private void tellJournals() {
        final long failed = sumOf(CoreCounter.JOURNALS_FAILED);
        if (failed > journalsTold) {
            log.warn(failed + " of " + cores.size() + " cores are without a journal until the next start, making or"
                    + " writing its files in " + data + " failed: acks stay safe, and cost a sync for each partition");
        }
        journalsTold = failed;
        final boolean shortOfSpace = sumOf(CoreCounter.JOURNALS_SHORT) > 0;
        if (shortOfSpace && !shortJournalsTold) {
            log.warn(
                    "the disk of " + data + " has no room for all of the cores' journals (millrace.journal.bytes): acks"
                            + " stay safe, and may cost a sync for each partition until there is");
        }
        shortJournalsTold = shortOfSpace;
    }

    /** Each was put there once. */
    private void tellCompactions() {
        for (final Queue<String> core : troubles) {
            for (String trouble = core.poll(); trouble != null; trouble = core.poll()) {
                log.warn(trouble);
            }
        }
    }

    /** Each was put there once. */
    private void tellDamage() {
        for (final Queue<ScrubFinding> core : damage) {
            for (ScrubFinding finding = core.poll(); finding != null; finding = core.poll()) {
                log.error(finding + ". " + adviceOn(finding));
            }
        }
    }

    /** Each was put there once. */
    private void tellMoves() {
        for (final Queue<UnwrittenMoves.News> core : moves) {
            for (UnwrittenMoves.News news = core.poll(); news != null; news = core.poll()) {
                if (news.isGood()) {
                    log.info(news.text());
                } else {
                    log.warn(news.text());
                }
            }
        }
    }

    private String adviceOn(final ScrubFinding finding) {
        return finding.unreadable()
                ? "Look at the disk of " + data + ", then restart"
                : "Nothing was changed, and the partition is served and written as before: who reads this batch meets"
                        + " the damage too. Look at the disk of " + data + ", see with ./run.sh inspect --verify what"
                        + " is left, and keep a copy before retention takes the file; the records have to come from"
                        + " where they came from, or from another copy";
    }

    private long sumOf(final CoreCounter counter) {
        long sum = 0;
        for (final CoreCounters core : cores) {
            sum += core.get(counter);
        }
        return sum;
    }

    private void tellNearlyFull(final long usableBytes) {
        final boolean nearlyFull = usableBytes < NEARLY_FULL_BYTES;
        if (nearlyFull && !nearlyFullTold) {
            log.warn("the disk of " + data + " is full, or nearly: " + usableBytes / MIB
                    + " MiB left; clients are told to try again until there is space");
        } else if (nearlyFullTold && !nearlyFull) {
            log.info("the disk of " + data + " has space again: " + usableBytes / MIB + " MiB");
        }
        nearlyFullTold = nearlyFull;
    }

    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        Waiting.join(thread);
        mark.ended();
    }
}
