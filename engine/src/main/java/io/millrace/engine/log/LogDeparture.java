package io.millrace.engine.log;

import io.millrace.engine.port.DiskStatus;

/**
 * Makes a log ready to live on with another core: nothing under way, all of it in synced segments, all of its small files
 * written. From then on it takes nothing, until it has {@linkplain #leave left} or {@linkplain #stay stays}. Owned by the
 * core that it leaves.
 */
public final class LogDeparture {
    private static final int ATTEMPTS_MAX = 8;

    private final Log log;
    private final LogCompletion ready;
    private int attempts;
    private int preparations;

    /** @param ready told OK once the log is ready; else why it cannot go, and then it stays as it is */
    public LogDeparture(final Log log, final LogCompletion ready) {
        this.log = log;
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

    public void begin() {
        log.endThen(this::settle);
    }

    private void settle() {
        if (log.isOffline() || log.isReadOnly()) {
            giveUp(DiskStatus.IO_ERROR);
        } else if (log.syncedOffset() < log.appendedOffset()) {
            again(log::sync);
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
        log.endThen(this::settle);
        action.run();
        log.ended();
    }

    private void giveUp(final int status) {
        log.stay();
        ready.onComplete(status);
    }

    /** What the other core makes a log of; once ready. */
    public LogHandover handOver() {
        return new LogHandover(log);
    }

    /** The other core does not take it: it goes on here. */
    public void stay() {
        log.stay();
    }

    /** It lives on elsewhere; here the files are closed with their last readers. */
    public void leave() {
        log.closed();
        log.ended();
    }
}
