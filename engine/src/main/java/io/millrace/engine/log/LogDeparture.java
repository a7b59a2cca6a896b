package io.millrace.engine.log;

import io.millrace.engine.port.DiskStatus;
import java.util.function.BooleanSupplier;

/**
 * Makes a log ready to live on with another core: nothing under way, all of its small files written, and all of it in synced
 * segments, unless it may go on with bytes that no sync has seen. From then on it takes nothing, until it has {@linkplain
 * #leave left} or {@linkplain #stay stays}. Owned by the core that it leaves.
 */
public final class LogDeparture {
    private static final int ATTEMPTS_MAX = 8;

    private final Log log;
    private final BooleanSupplier mustBeSynced;
    private final LogCompletion ready;
    private final Runnable settle = this::settle;
    private int attempts;
    private int preparations;

    /**
     * @param mustBeSynced whether somebody counts on what is appended, or a journal on its being in synced segments
     * @param ready        told OK once the log is ready; else why it cannot go, and then it stays as it is
     */
    public LogDeparture(final Log log, final BooleanSupplier mustBeSynced, final LogCompletion ready) {
        this.log = log;
        this.mustBeSynced = mustBeSynced;
        this.ready = ready;
    }

    /**
     * Does, while the log is still used, what it would have to wait for later; true once nothing of that is left, or a full
     * disk is in the way of it. To be called again and again before it {@linkplain #begin begins}.
     */
    public boolean prepare() {
        if (log.sealer().isBusy() || log.remover().isBusy() || log.epochFile().isBusy()) {
            return false;
        }
        if (isWritten() || preparations == ATTEMPTS_MAX) {
            return true;
        }
        preparations++;
        log.sealer().run();
        log.remover().run();
        log.epochFile().run();
        return false;
    }

    private boolean isWritten() {
        return log.sealer().isEmpty()
                && log.remover().isEmpty()
                && log.epochFile().unwrittenFrom() == Long.MAX_VALUE;
    }

    /** Bytes that a sync would be waited for, once nothing is taken any more. */
    public long unsyncedBytes() {
        return mustBeSynced.getAsBoolean() && log.syncedOffset() < log.endOffset()
                ? log.active.size - log.active.syncedSize
                : 0;
    }

    /**
     * Makes most of it durable while it is written to, so that the sync which is waited for has little left. False if one is
     * under way already, or all that there would be to sync is still being written.
     */
    public boolean syncBeside() {
        return log.syncs().startBeside();
    }

    /** Whether one is under way, maybe since somebody else began it, or since before the log {@linkplain #withdraw went on}. */
    public boolean isSyncingBeside() {
        return log.syncs().isBesideBusy();
    }

    public void begin() {
        attempts = 0;
        preparations = 0;
        log.syncs().hold();
        log.end().then(settle);
    }

    /**
     * It takes too long: the log goes on as it was, whatever is still being written, and behind nothing of that. False if it
     * waits for nothing.
     */
    public boolean withdraw() {
        final boolean waited = log.end().withdraw(settle);
        if (waited) {
            log.syncs().release();
        }
        return waited;
    }

    private void settle() {
        if (log.isOffline() || log.isReadOnly()) {
            giveUp(DiskStatus.IO_ERROR);
        } else if (mustBeSynced.getAsBoolean() && log.syncedOffset() < log.appendedOffset()) {
            again(log.syncs()::startBeside);
        } else if (!log.sealer().isEmpty()) {
            again(log.sealer()::run);
        } else if (!log.remover().isEmpty()) {
            again(log.remover()::run);
        } else if (log.epochFile().unwrittenFrom() != Long.MAX_VALUE) {
            again(log.epochFile()::run);
        } else {
            ready.onComplete(DiskStatus.OK);
        }
    }

    /** A full disk ends the attempts: what could not be written now would be forgotten. */
    private void again(final Runnable action) {
        if (++attempts > ATTEMPTS_MAX) {
            giveUp(DiskStatus.NO_SPACE);
            return;
        }
        log.end().then(settle);
        action.run();
        log.end().ended();
    }

    private void giveUp(final int status) {
        stay();
        ready.onComplete(status);
    }

    /** What the other core opens while the log still lives here. */
    public LogArrival.Files files() {
        return new LogArrival.Files(log);
    }

    /** What the other core makes a log of; once ready. */
    public LogHandover handOver() {
        return new LogHandover(log);
    }

    /** The other core does not take it: it goes on here. */
    public void stay() {
        log.end().stay();
        log.syncs().release();
    }

    /** It is not tried again: nothing is left behind that was for this alone. */
    public void end() {
        log.syncs().endBeside();
    }

    /** It lives on elsewhere; here the files are closed with their last readers. */
    public void leave() {
        log.closed();
        log.end().ended();
    }
}
