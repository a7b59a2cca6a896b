package io.millrace.tools.inspect;

import io.millrace.engine.metadata.FileMetadataLog;
import io.millrace.engine.metadata.MetadataController;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.MetadataStateMachine;
import io.millrace.engine.os.DiskCompanion;
import io.millrace.engine.os.OsDisk;
import io.millrace.engine.port.MetadataLogHandler;
import io.millrace.engine.port.SeededEntropy;
import java.nio.file.Path;
import java.util.function.ToIntFunction;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/** Writes the metadata log of a data directory by a node's commands, each committed before the next. */
public final class MetadataWriter implements AutoCloseable {
    private final ExpandableArrayBuffer command = new ExpandableArrayBuffer();
    private final DiskCompanion companion;
    private final OsDisk disk;
    private final MetadataController controller;
    private final Applier applier;
    private final FileMetadataLog log;

    record Applier(MetadataStateMachine machine) implements MetadataLogHandler {
        @Override
        public void onSnapshot(final long index, final DirectBuffer state, final int offset, final int length) {
            machine.load(index, state, offset, length);
        }

        @Override
        public void onEntry(final long index, final DirectBuffer entry, final int offset, final int length) {
            machine.apply(index, entry, offset, length);
        }
    }

    /** @param image becomes what is written */
    public MetadataWriter(final Path data, final MetadataImage image) {
        companion = new DiskCompanion(data);
        disk = new OsDisk(companion, () -> {});
        applier = new Applier(new MetadataStateMachine(image));
        log = FileMetadataLog.open(disk, applier);
        controller = new MetadataController(image, log, new SeededEntropy(3));
    }

    /** @param encoded writes a command to the buffer's start and says how long it is */
    public void commit(final ToIntFunction<ExpandableArrayBuffer> encoded) {
        controller.execute(command, 0, encoded.applyAsInt(command));
        while (log.isReady() || log.hasPending() || disk.inFlight() > 0) {
            if (log.poll(applier, 4) == 0 && disk.inFlight() > 0) {
                disk.await();
                disk.poll(4);
            }
        }
    }

    @Override
    public void close() {
        log.close();
        companion.close();
    }
}
