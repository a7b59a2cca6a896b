package io.millrace.engine.log;

import io.millrace.engine.port.DiskStatus;
import java.util.ArrayList;

/**
 * Deletes a quiet log: first its name, durably, so that it cannot come back; then its files one by one. Readers keep
 * what they have leased.
 */
final class LogDeletion {
    private final Log log;
    private final LogCompletion renamed;
    private final LogCompletion removed;

    LogDeletion(final Log log, final LogCompletion renamed, final LogCompletion removed) {
        this.log = log;
        this.renamed = renamed;
        this.removed = removed;
    }

    void start() {
        final PartitionMetadata id = log.metadata();
        final String target = PartitionDirectory.deletedNameOf(
                log.directory(), id == null ? 0 : id.topicIdHigh(), id == null ? 0 : id.topicIdLow());
        log.closed();
        new DiskSequence(log.disk())
                .rename(log.directory(), target)
                .syncDirectory("")
                .run(status -> {
                    renamed.onComplete(status);
                    if (status == DiskStatus.OK) {
                        list(target);
                    } else {
                        removed.onComplete(status);
                    }
                });
        // Whatever else was to happen to the log hears that it is closed.
        log.end().ended();
    }

    private void list(final String directory) {
        final ArrayList<String> names = new ArrayList<>();
        log.disk()
                .list(
                        directory,
                        names,
                        (token, status, value) -> {
                            if (status == DiskStatus.OK) {
                                remove(directory, names);
                            } else {
                                removed.onComplete(status);
                            }
                        },
                        0);
    }

    private void remove(final String directory, final ArrayList<String> names) {
        final DiskSequence sequence = new DiskSequence(log.disk());
        for (final String name : names) {
            sequence.unlink(directory + '/' + name);
        }
        sequence.unlink(directory).syncDirectory("").run(removed);
    }
}
