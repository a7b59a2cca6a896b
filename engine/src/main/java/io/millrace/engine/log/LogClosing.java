package io.millrace.engine.log;

import io.millrace.engine.port.DiskStatus;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;

/** Ends a quiet log orderly: what a clean start trusts is made durable, then the files are closed. */
final class LogClosing {
    private final Log log;
    private final LogCompletion completion;
    private boolean sealedAgain;
    private DirectBuffer snapshot;

    LogClosing(final Log log, final LogCompletion completion) {
        this.log = log;
        this.completion = completion;
    }

    void start() {
        if (log.isOffline() || log.isReadOnly()) {
            // Nothing that a clean start could trust.
            finish(DiskStatus.IO_ERROR);
        } else if (!log.sealer().isEmpty() && !sealedAgain) {
            sealedAgain = true;
            log.end().then(this::start);
            log.sealer().run();
            log.end().ended();
        } else if (!log.sealer().isEmpty()) {
            finish(DiskStatus.NO_SPACE);
        } else {
            write();
        }
    }

    /** Ten thousand producers take up to 25 ms: not on the core, where other partitions may still be served. */
    private void encode(final int status) {
        if (status != DiskStatus.OK) {
            finish(status);
            return;
        }
        final Supplier<DirectBuffer> frozen = log.producers().freezeSnapshot();
        final Runnable encoding = () -> snapshot = frozen.get();
        if (!log.context().housekeeping().submit(encoding, this::writeSnapshot)) {
            encoding.run();
            writeSnapshot();
        }
    }

    private void write() {
        final Segment active = log.active;
        final String directory = log.directory();
        active.completeTimeIndex();
        final DiskSequence sequence = new DiskSequence(log.disk()).use(active.file());
        if (active.reservedTo > active.size) {
            sequence.truncate(active.size);
        }
        sequence.sync();
        LogSealer.writeIndexes(sequence, directory, active);
        if (log.epochs().isChanged()) {
            sequence.replace(directory, directory + '/' + LogFiles.LEADER_EPOCHS, () -> EpochFile.encode(log.epochs()));
        }
        sequence.run(this::encode);
    }

    private void writeSnapshot() {
        final Segment active = log.active;
        final long endOffset = log.endOffset();
        final String directory = log.directory();
        new DiskSequence(log.disk())
                .replace(directory, LogFiles.path(directory, endOffset, LogFiles.SNAPSHOT), () -> snapshot)
                .run(status -> {
                    if (status == DiskStatus.OK) {
                        log.epochFile().written();
                        // Whoever waited for a sync hears of this one.
                        log.onSynced(endOffset, active, active.appendedSize);
                    }
                    finish(status);
                });
    }

    private void finish(final int status) {
        log.closed();
        completion.onComplete(status);
        log.end().ended();
    }
}
