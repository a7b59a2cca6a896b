package io.millrace.engine.log;

/**
 * A log's syncs, at most one of each kind at a time: the regular one by the files that the log is written with, and one beside
 * it, which nobody who appends has to wait for. Each makes stable what was appended when it began. Owned by the log's core.
 */
final class LogSyncs {
    private final Log log;
    private final LogSync regular;
    /** Both null until it is needed: most logs never leave. */
    private FilesBeside files;

    private LogSync beside;
    private boolean isHeld;
    /** How often names in the directory have become new, and how many of these times a sync has seen. */
    private long names;

    private long syncedNames;

    LogSyncs(final Log log) {
        this.log = log;
        regular = new LogSync(
                log, this, (segment, completion, token) -> segment.file().sync(completion, token));
    }

    /** Begins the regular one; false if there is nothing to do, or not now. */
    boolean start() {
        return !isHeld && start(regular);
    }

    /** Begins one beside; false if there is nothing to do, or one is under way. */
    boolean startBeside() {
        if (beside == null) {
            files = new FilesBeside(log);
            beside = new LogSync(log, this, files);
        }
        return start(beside);
    }

    private boolean start(final LogSync sync) {
        if (sync.isBusy() || log.syncedOffset() == log.appendedOffset() || log.isOffline()) {
            return false;
        }
        sync.start();
        return true;
    }

    boolean isRegularBusy() {
        return regular.isBusy();
    }

    boolean isBesideBusy() {
        return beside != null && beside.isBusy();
    }

    /** No regular one begins, lest what is appended once the log goes on waits behind it. */
    void hold() {
        isHeld = true;
    }

    /** Whoever was turned away meanwhile comes again. */
    void release() {
        if (isHeld) {
            isHeld = false;
            log.tellStable();
        }
    }

    /** A regular one may have ended. */
    void proceed() {
        if (files != null) {
            files.proceed();
        }
    }

    /** None is to begin beside for now: its files are closed. */
    void endBeside() {
        if (files != null) {
            files.letGo();
        }
    }

    /** A name in the log's directory is new; it must survive with the bytes behind it. */
    void directoryChanged() {
        names++;
    }

    long names() {
        return names;
    }

    long syncedNames() {
        return syncedNames;
    }

    /** So many times' new names survive a power loss. */
    void namesSynced(final long count) {
        syncedNames = Math.max(syncedNames, count);
    }
}
