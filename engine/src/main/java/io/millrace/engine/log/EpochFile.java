package io.millrace.engine.log;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * {@code leader-epoch-checkpoint} in Kafka's text format: a version, the number of entries, and per line an epoch and
 * where it began. Written when the epochs change; until that is done, recovery has to look at what they speak of.
 */
final class EpochFile {
    private static final String VERSION = "0";

    private final Log log;
    private boolean busy;
    /** The epochs of batches from here on may not be in the file. */
    private long unwrittenFrom = Long.MAX_VALUE;

    EpochFile(final Log log) {
        this.log = log;
    }

    boolean isBusy() {
        return busy;
    }

    long unwrittenFrom() {
        return unwrittenFrom;
    }

    /** The epochs changed, on behalf of batches from the offset on. */
    void changed(final long fromOffset) {
        unwrittenFrom = Math.min(unwrittenFrom, fromOffset);
        run();
    }

    /** Somebody else has written the file. */
    void written() {
        log.epochs().markWritten();
        unwrittenFrom = Long.MAX_VALUE;
    }

    void run() {
        if (busy || !log.epochs().isChanged() || log.isOffline()) {
            return;
        }
        busy = true;
        final LeaderEpochs epochs = log.epochs();
        final DirectBuffer text = encode(epochs);
        epochs.markWritten();
        new DiskSequence(log.disk())
                .replace(log.directory(), log.directory() + '/' + LogFiles.LEADER_EPOCHS, () -> text)
                .run(this::finished);
    }

    private void finished(final int status) {
        busy = false;
        if (status == DiskStatus.OK) {
            if (log.epochs().isChanged()) {
                run();
            } else {
                unwrittenFrom = Long.MAX_VALUE;
            }
        } else if (status == DiskStatus.NO_SPACE) {
            log.epochs().markChanged();
        } else {
            log.goOffline(status);
        }
        log.proceed();
    }

    static DirectBuffer encode(final LeaderEpochs epochs) {
        final StringBuilder text =
                new StringBuilder(VERSION).append('\n').append(epochs.count()).append('\n');
        for (int i = 0; i < epochs.count(); i++) {
            text.append(epochs.epochAt(i))
                    .append(' ')
                    .append(epochs.startOffsetAt(i))
                    .append('\n');
        }
        return new UnsafeBuffer(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Reads the file; null if it is not there or not sound. */
    static LeaderEpochs read(final BlockingDisk disk, final String directory) {
        final DiskFile file = disk.open(directory + '/' + LogFiles.LEADER_EPOCHS, Disk.OpenMode.READ_ONLY);
        if (file == null) {
            return null;
        }
        try {
            final byte[] bytes = new byte[(int) file.size()];
            disk.read(file, 0, new UnsafeBuffer(bytes), 0, bytes.length);
            return parse(new String(bytes, StandardCharsets.UTF_8));
        } finally {
            file.close();
        }
    }

    private static LeaderEpochs parse(final String text) {
        final String[] lines = text.split("\n");
        try {
            if (lines.length < 2 || !lines[0].trim().equals(VERSION)) {
                return null;
            }
            final int count = Integer.parseInt(lines[1].trim());
            if (count != lines.length - 2) {
                return null;
            }
            final LeaderEpochs epochs = new LeaderEpochs();
            for (int i = 0; i < count; i++) {
                final String[] fields = lines[i + 2].trim().split("\\s+");
                if (fields.length != 2) {
                    return null;
                }
                epochs.assign(Integer.parseInt(fields[0]), Long.parseLong(fields[1]));
            }
            epochs.markWritten();
            return epochs;
        } catch (final NumberFormatException | IllegalStateException unsound) {
            return null;
        }
    }
}
