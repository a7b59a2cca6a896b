package io.millrace.engine.journal;

import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.log.Log;
import io.millrace.engine.log.LogCompletion;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.status.Histogram;
import io.millrace.engine.status.Statistic.Unit;
import io.millrace.engine.status.Statistics;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;

/**
 * One core's journal: batches are copied into a block as they reach their segments, and a sync round writes the block,
 * for all partitions at once. Whenever it cannot (no file ready, a block or all files full, out of use after a failure)
 * rounds sync segments instead, so that nobody ever waits for it. Logs that may be cut back stay out of it. Owned by
 * the core's thread.
 */
public final class Journal {
    static final int FILES = 4;
    private static final int BLOCK_BYTES_MAX = 1 << 20;
    /**
     * What one log may put into a round's block. A block spares a log the fixed price of a sync, about 60 µs of the disk
     * when several syncs overlap, and costs a second writing of its bytes, 1 to 2 µs for each KB: beyond 32 KB a sync of
     * the segment is the cheaper of the two.
     */
    private static final int MEMBER_BYTES_MAX = 32 * 1024;

    /** And no more than this part of a block, where blocks are small. */
    private static final int MEMBERS_MIN = 4;

    private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(10);

    private enum State {
        /** Until the first batch comes. */
        UNUSED,
        RUNNING,
        /** Not wanted, out of space or failed: what lies in files serves the next start, nothing is added. */
        OUT_OF_USE
    }

    private final int core;
    private final long fileBytes;
    private final int memberBytesMax;
    private final Crc32c crc32c = new Crc32c();
    private final JournalPreparation preparation;
    private final JournalTrim trim = new JournalTrim();
    private final JournalWrite write = new JournalWrite();
    private final JournalWrite opening = new JournalWrite();
    private final LogCompletion blockDone = this::onBlockWritten;
    private final JournalBlock empty;
    /** Ready for use, each opened with its generation, in the order of these. */
    private final ArrayDeque<JournalFile> free = new ArrayDeque<>(FILES);

    /** Prepared or trimmed, and not opened yet. */
    private final ArrayDeque<JournalFile> unopened = new ArrayDeque<>(FILES);

    private final JournalFile[] files = new JournalFile[FILES];
    private final Histogram blockBytes;
    private JournalBlock filling;
    private JournalBlock writing;
    private State state;
    private JournalFile active;
    private boolean failed;
    private int made;
    private long generation;
    private long sequence;
    /** The last block that is on the disk. */
    private long durableSequence;

    private boolean wantsFile;
    /** The disk is too full for another file; asked again after a while. */
    private boolean lacksSpace;

    private long triedNs;
    private LogCompletion completion;
    private LogCompletion closing;

    /**
     * @param bytes           of all files together; 0: no journal
     * @param firstGeneration somewhere at random, so that no client can make up a block
     */
    public Journal(
            final Disk disk,
            final int core,
            final long bytes,
            final long firstGeneration,
            final Statistics statistics) {
        this.core = core;
        fileBytes = bytes / FILES / JournalFormat.ALIGNMENT * JournalFormat.ALIGNMENT;
        generation = firstGeneration;
        final int blockMax = (int) Math.min(BLOCK_BYTES_MAX, fileBytes - JournalFormat.ALIGNMENT);
        memberBytesMax = Math.min(MEMBER_BYTES_MAX, blockMax / MEMBERS_MIN);
        filling = new JournalBlock(core, blockMax, crc32c);
        writing = new JournalBlock(core, blockMax, crc32c);
        empty = new JournalBlock(core, JournalFormat.ALIGNMENT, crc32c);
        preparation = new JournalPreparation(disk, fileBytes, this::onPrepared);
        blockBytes = statistics.histogram("journal.block", Unit.BYTES);
        state = blockMax > 0 ? State.UNUSED : State.OUT_OF_USE;
    }

    /** A log's share in the journal; null if there is no journal, or the log is nothing for it. */
    public JournaledLog member(final Log log) {
        return state == State.OUT_OF_USE || log.isReadOnly() || log.metadata() == null
                ? null
                : new JournaledLog(this, log, FILES);
    }

    /** More than this of one log in a round is left to its segments. */
    int memberBytesMax() {
        return memberBytesMax;
    }

    boolean stage(
            final JournaledLog member,
            final DirectBuffer batch,
            final int length,
            final long baseOffset,
            final long nextOffset) {
        if (active == null) {
            if (state == State.UNUSED) {
                state = State.RUNNING;
                wantsFile = true;
            }
            return false;
        }
        return filling.add(
                member.topicIdHigh(),
                member.topicIdLow(),
                member.partition(),
                member.log().stableOffset(),
                batch,
                length,
                baseOffset,
                nextOffset);
    }

    void addMember(final JournaledLog member) {
        filling.members().add(member);
    }

    /** Where what is staged next will lie. */
    int stagingPosition() {
        return filling.end();
    }

    /** What was staged there is written together with the knowledge that all below the offset is durable. */
    void proves(final int stagedAt, final long stableOffset) {
        filling.proves(stagedAt, stableOffset);
    }

    /** Whether what was staged can be written now: there is something, and room for it in a file. */
    public boolean canWrite() {
        if (filling.isEmpty() || active == null || write.isBusy()) {
            return false;
        }
        if (active.position + filling.bytes() <= fileBytes) {
            return true;
        }
        if (free.isEmpty() && trim.isBusy()) {
            return false;
        }
        trim.add(active);
        activate(free.pollFirst());
        return active != null;
    }

    public boolean isWriting() {
        return write.isBusy();
    }

    /** Writes what was staged, after {@link #canWrite}; one block at a time. */
    public void write(final LogCompletion whenDurable) {
        final JournalBlock block = filling;
        filling = writing;
        writing = block;
        completion = whenDurable;
        active.enter(block);
        sequence++;
        if (active.firstSequence == 0) {
            active.firstSequence = sequence;
        }
        final int bytes = block.seal(active.generation, sequence, oldestSequence(), durableSequence);
        blockBytes.record(bytes);
        final long position = active.position;
        active.position += bytes;
        if (active.position >= fileBytes / 2 && made < FILES) {
            wantsFile |= free.isEmpty() && unopened.isEmpty() && !opening.isBusy() && !preparation.isBusy();
        }
        write.start(active.file, position, block.buffer(), bytes, blockDone);
    }

    /** What was staged is not wanted: segments are synced. */
    public void discard() {
        for (int i = 0; i < filling.members().size(); i++) {
            filling.members().get(i).leaveBlock();
        }
        filling.clear();
    }

    /** Blocks below it are not needed by a start after a crash now. */
    private long oldestSequence() {
        final long full = trim.oldestSequence();
        final long first = active == null ? 0 : active.firstSequence;
        return full > 0 ? full : first > 0 ? first : sequence + 1;
    }

    /** A share of the duty cycle: makes files, and full ones free. */
    public int doWork(final long nowNs) {
        if (wantsFile && (!lacksSpace || nowNs - triedNs >= RETRY_NS)) {
            makeNext(nowNs);
        }
        final JournalFile trimmed = trim.poll();
        if (trimmed == null) {
            return 0;
        }
        trimmed.clear();
        open(trimmed);
        return 1;
    }

    /** What a core's journal takes of memory beside the core's budget, when all of it is needed. */
    public static long memoryBytesMax(final long bytes) {
        return bytes == 0 ? 0 : 2 * Math.min(BLOCK_BYTES_MAX, bytes / FILES) + JournalPreparation.CHUNK_BYTES;
    }

    /** Whether it is out of use since it could not be made or written. */
    public boolean hasFailed() {
        return failed;
    }

    /** Whether files of it are missing for want of space. */
    public boolean lacksSpace() {
        return lacksSpace;
    }

    /** Nothing is taken any more; what is under way ends. */
    public void stop() {
        outOfUse();
    }

    /** Lets go of the files, after {@link #stop}, once nothing is under way in them. */
    public void close(final LogCompletion whenClosed) {
        closing = whenClosed;
        closeWhenQuiet();
    }

    private void closeWhenQuiet() {
        if (closing == null || write.isBusy() || opening.isBusy() || preparation.isBusy()) {
            return;
        }
        final LogCompletion done = closing;
        closing = null;
        for (int i = 0; i < made; i++) {
            files[i].file.close();
        }
        done.onComplete(DiskStatus.OK);
    }

    private void onBlockWritten(final int status) {
        writing.clear();
        if (status == DiskStatus.OK) {
            durableSequence = sequence;
        } else {
            fail();
        }
        completion.onComplete(status);
        closeWhenQuiet();
    }

    private void makeNext(final long nowNs) {
        wantsFile = false;
        if (made < FILES && state == State.RUNNING && !preparation.isBusy()) {
            triedNs = nowNs;
            files[made] = new JournalFile(made, JournalFormat.nameOf(core, made));
            preparation.start(files[made++]);
        }
    }

    private void onPrepared(final JournalFile file, final int status) {
        lacksSpace = status == DiskStatus.NO_SPACE;
        if (status == DiskStatus.OK) {
            open(file);
        } else {
            made--;
            if (lacksSpace) {
                // The files that there are serve; if there is none, rounds sync segments.
                wantsFile = true;
            } else {
                fail();
            }
        }
        closeWhenQuiet();
    }

    /** Begins a generation of the file, durably: what older ones left behind is nothing from now on. */
    private void open(final JournalFile file) {
        unopened.addLast(file);
        openNext();
    }

    private void openNext() {
        if (state != State.RUNNING || opening.isBusy() || unopened.isEmpty()) {
            return;
        }
        final JournalFile file = unopened.pollFirst();
        file.generation = ++generation;
        empty.clear();
        final int bytes = empty.seal(file.generation, 0, oldestSequence(), durableSequence);
        file.position = bytes;
        opening.start(file.file, 0, empty.buffer(), bytes, status -> onOpened(file, status));
    }

    private void onOpened(final JournalFile file, final int status) {
        if (status != DiskStatus.OK) {
            fail();
        } else if (active == null && state == State.RUNNING) {
            activate(file);
        } else {
            free.addLast(file);
        }
        openNext();
        closeWhenQuiet();
    }

    /** The next file is made when this one is half full, so that who writes little does not occupy much. */
    private void activate(final JournalFile file) {
        active = file;
        wantsFile |= active == null;
    }

    private void fail() {
        if (state == State.RUNNING) {
            failed = true;
        }
        outOfUse();
    }

    private void outOfUse() {
        state = State.OUT_OF_USE;
        active = null;
        preparation.stop();
        discard();
    }
}
