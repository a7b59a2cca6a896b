package io.millrace.engine.metadata;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.MetadataLog;
import io.millrace.engine.port.MetadataLogHandler;
import io.millrace.engine.status.PlantedBug;
import java.util.Collections;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * The metadata log of a single node: one file, synced before an entry counts as committed, with one write and one sync
 * for all that was proposed meanwhile. Owned by core 0's thread; its disk's completions move it on, {@link #poll} starts
 * work and hands entries over.
 */
public final class FileMetadataLog implements MetadataLog {
    public static final String FILE = "millrace-metadata.log";

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int PENDING_BYTES_MAX = 16 * 1024 * 1024;
    private static final long SNAPSHOT_AFTER_BYTES = 4L * 1024 * 1024;

    private enum State {
        IDLE,
        /** A batch, or a seal, is being written. */
        WRITING,
        SYNCING,
        /** The batch is stable; its entries wait to be handed over. */
        HANDING_OVER,
        /** The disk was full: the batch is being taken back. */
        CUTTING,
        SYNCING_CUT,
        SNAPSHOTTING,
        /** The snapshot holds everything: the log starts anew. */
        EMPTYING,
        SYNCING_EMPTY,
        FAILED
    }

    private final DiskFile file;
    private final MetadataSnapshotFile snapshotFile;
    private final DiskCompletion completion = this::onCompletion;
    private final List<String> reports;
    private final long snapshotAfterBytes;
    private MetadataFrames staged = new MetadataFrames(BUFFER_BYTES);
    private MetadataFrames flying = new MetadataFrames(BUFFER_BYTES);
    private State state = State.IDLE;
    private long end;
    private long proposed;
    private long stable;
    private long committed;
    private long sealed;
    private long refusedFrom;
    private int written;
    private int handedOver;
    private long snapshotNotBefore;

    private FileMetadataLog(final Disk disk, final MetadataStart start, final long snapshotAfterBytes) {
        this.file = start.logFile();
        this.snapshotFile = new MetadataSnapshotFile(disk, this::onSnapshotWritten);
        this.reports = start.reports();
        this.snapshotAfterBytes = snapshotAfterBytes;
        this.snapshotNotBefore = snapshotAfterBytes;
        this.end = start.logLength();
        this.proposed = start.lastIndex();
        this.stable = proposed;
        this.committed = proposed;
        this.sealed = proposed;
    }

    /**
     * Opens the log, creating it if it is new, and replays what it holds. Blocks; for start-up only.
     *
     * @throws MetadataDamageException if what was committed once cannot be read
     */
    public static FileMetadataLog open(final Disk disk, final MetadataLogHandler replay) {
        return open(disk, replay, SNAPSHOT_AFTER_BYTES);
    }

    static FileMetadataLog open(final Disk disk, final MetadataLogHandler replay, final long snapshotAfterBytes) {
        final MetadataStart start = new MetadataStart(disk, replay);
        start.run();
        return new FileMetadataLog(disk, start, snapshotAfterBytes);
    }

    /** What the start had to repair, for people; empty after an orderly stop. */
    public List<String> reports() {
        return Collections.unmodifiableList(reports);
    }

    @Override
    public long propose(final DirectBuffer entry, final int offset, final int length) {
        if (length < 1) {
            throw new IllegalArgumentException("an entry of " + length + " bytes");
        }
        if (isRefusing() || (long) staged.length() + length > PENDING_BYTES_MAX) {
            return -1;
        }
        proposed++;
        staged.append(proposed, entry, offset, length);
        return proposed;
    }

    private boolean isRefusing() {
        return refusedFrom > 0 || state == State.FAILED || state == State.CUTTING || state == State.SYNCING_CUT;
    }

    @Override
    public int poll(final MetadataLogHandler handler, final int limit) {
        int work = 0;
        if (state == State.HANDING_OVER) {
            work = handOver(handler, limit);
        }
        if (refusedFrom > 0 && state != State.HANDING_OVER) {
            final long from = refusedFrom;
            refusedFrom = 0;
            work++;
            handler.onRefused(from);
        }
        if (state == State.IDLE) {
            work += startNext();
        }
        return work;
    }

    private int handOver(final MetadataLogHandler handler, final int limit) {
        int count = 0;
        while (handedOver < flying.length() && count < limit) {
            final int at = handedOver;
            handedOver = flying.endOf(at);
            committed = flying.index(at);
            count++;
            handler.onEntry(committed, flying.buffer(), flying.entryAt(at), flying.entryLength(at));
        }
        if (handedOver == flying.length()) {
            flying.clear();
            state = State.IDLE;
        }
        return count;
    }

    private int startNext() {
        if (staged.length() == 0) {
            if (sealed == committed) {
                return 0;
            }
            sealed = committed;
            flying.append(committed, null, 0, 0);
        } else {
            final MetadataFrames free = flying;
            flying = staged;
            staged = free;
        }
        flying.finish(stable);
        written = 0;
        state = State.WRITING;
        writeRest();
        return 1;
    }

    private void writeRest() {
        file.write(end + written, flying.buffer(), written, flying.length() - written, completion, 0);
    }

    private void onCompletion(final long token, final int status, final long value) {
        if (status < 0) {
            onFailure(status);
            return;
        }
        switch (state) {
            case WRITING -> onWritten((int) value);
            case SYNCING -> onSynced();
            case CUTTING -> {
                state = State.SYNCING_CUT;
                file.sync(completion, 0);
            }
            case SYNCING_CUT -> refusePending(State.IDLE);
            case EMPTYING -> {
                state = State.SYNCING_EMPTY;
                file.sync(completion, 0);
            }
            case SYNCING_EMPTY -> {
                end = 0;
                snapshotNotBefore = snapshotAfterBytes;
                state = State.IDLE;
            }
            default -> throw new IllegalStateException("a completion nobody waits for while " + state);
        }
    }

    private void onWritten(final int bytes) {
        written += bytes;
        if (written < flying.length()) {
            writeRest();
        } else if (flying.isSeal(0)) {
            // Nobody waits for a seal: it becomes stable with whatever is synced next.
            end += flying.length();
            flying.clear();
            state = State.IDLE;
        } else if (PlantedBug.METADATA_BEFORE_SYNC.isPlanted()) {
            onSynced();
        } else {
            state = State.SYNCING;
            file.sync(completion, 0);
        }
    }

    private void onSynced() {
        end += flying.length();
        stable = proposedIn(flying);
        handedOver = 0;
        state = State.HANDING_OVER;
    }

    private static long proposedIn(final MetadataFrames frames) {
        long last = 0;
        for (int at = 0; at < frames.length(); at = frames.endOf(at)) {
            last = frames.index(at);
        }
        return last;
    }

    private void onFailure(final int status) {
        if (state == State.WRITING && status == DiskStatus.NO_SPACE) {
            state = State.CUTTING;
            file.truncate(end, completion, 0);
        } else {
            refusePending(State.FAILED);
        }
    }

    private void refusePending(final State next) {
        staged.clear();
        flying.clear();
        state = next;
        if (proposed > committed) {
            refusedFrom = committed + 1;
            proposed = committed;
        }
    }

    @Override
    public long committedIndex() {
        return committed;
    }

    @Override
    public boolean wantsSnapshot() {
        return state == State.IDLE && end >= snapshotNotBefore && refusedFrom == 0;
    }

    @Override
    public void snapshot(final long index, final DirectBuffer snapshot, final int offset, final int length) {
        if (!wantsSnapshot() || index != committed) {
            return;
        }
        state = State.SNAPSHOTTING;
        snapshotFile.write(index, snapshot, offset, length);
    }

    private void onSnapshotWritten(final int status) {
        if (status == DiskStatus.OK) {
            state = State.EMPTYING;
            file.truncate(0, completion, 0);
        } else if (status == DiskStatus.NO_SPACE) {
            snapshotNotBefore = end + snapshotAfterBytes;
            state = State.IDLE;
        } else {
            refusePending(State.FAILED);
        }
    }

    @Override
    public boolean hasPending() {
        return proposed > committed || refusedFrom > 0;
    }

    @Override
    public boolean isReady() {
        return switch (state) {
            case HANDING_OVER -> true;
            case IDLE -> staged.length() > 0 || sealed != committed || refusedFrom > 0;
            default -> refusedFrom > 0;
        };
    }

    @Override
    public boolean isFailed() {
        return state == State.FAILED;
    }

    /** Closes the file once nothing is in flight. */
    public void close() {
        file.close();
    }
}
