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

    /** @param ready told OK once the log is ready; else why it cannot go, and then it stays as it is */
    public LogDeparture(final Log log, final LogCompletion ready) {
        this.log = log;
        this.ready = ready;
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
