package io.millrace.engine.log;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskStatus;

/** Opens the next segment once the last one's writes have arrived, and hands the last one over to be sealed. */
final class LogRoll {
    private final Log log;
    private boolean opening;
    private long nowMs;

    LogRoll(final Log log) {
        this.log = log;
    }

    boolean isBusy() {
        return opening;
    }

    void request(final long requestMs) {
        nowMs = requestMs;
        proceed();
    }

    /** Opens the segment as soon as nothing is in flight. */
    void proceed() {
        if (opening || !log.writesAreDone()) {
            return;
        }
        opening = true;
        open(false);
    }

    private void open(final boolean again) {
        final String path = LogFiles.path(log.directory(), log.endOffset(), LogFiles.LOG);
        final DiskSequence sequence = new DiskSequence(log.disk());
        if (again) {
            // Left by a roll or a cut that a crash undid by half: nothing in it belongs here.
            sequence.unlink(path).syncDirectory(log.directory());
        }
        sequence.open(path, Disk.OpenMode.CREATE_NEW).keepFile().run(status -> {
            if (status == DiskStatus.EXISTS && !again) {
                open(true);
            } else {
                opened(status, sequence);
            }
        });
    }

    private void opened(final int status, final DiskSequence sequence) {
        opening = false;
        if (status == DiskStatus.OK) {
            log.onRolled(sequence.file(), nowMs);
        } else {
            log.onRollFailed(status);
        }
        log.proceed();
    }
}
