package io.millrace.engine.journal;

import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.log.Log;
import io.millrace.engine.log.LogCompletion;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.status.Histogram;
import io.millrace.engine.status.Statistic.Unit;
import io.millrace.engine.status.Statistics;
import java.util.ArrayDeque;
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

    private enum State {
        /** Until the first batch comes. */
        UNUSED,
        RUNNING,
        /** Not wanted, out of space or failed: what lies in files serves the next start, nothing is added. */
        OUT_OF_USE
    }

    private final Disk disk;
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
    private LogCompletion completion;
    private LogCompletion removal;

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
        this.disk = disk;
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
                makeNext();
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

    /** Whether what was staged can be written now: there is something, and room for it in a file. */
    public boolean canWrite() {
        if (filling.isEmpty() || active == null || write.isBusy()) {
            return false;
        }
        if (active.position + filling.bytes() > fileBytes) {
            if (free.isEmpty()) {
                return false;
            }
            trim.add(active);
            activate(free.pollFirst());
        }
        return true;
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
        final int bytes = block.seal(active.generation, ++sequence);
        blockBytes.record(bytes);
        final long position = active.position;
        active.position += bytes;
        write.start(active.file, position, block.buffer(), bytes, blockDone);
    }

    /** What was staged is not wanted: segments are synced. */
    public void discard() {
        for (int i = 0; i < filling.members().size(); i++) {
            filling.members().get(i).leaveBlock();
        }
        filling.clear();
    }

    /** A share of the duty cycle: makes full files free. */
    public int doWork() {
        final JournalFile trimmed = trim.poll();
        if (trimmed == null) {
            return 0;
        }
        trimmed.clear();
        open(trimmed);
        return 1;
    }

    /** Whether it is out of use since it could not be made or written. */
    public boolean hasFailed() {
        return failed;
    }

    /** Nothing is taken any more; what is under way ends. */
    public void stop() {
        outOfUse();
    }

    /** Removes the files, once nothing is under way in them: all that they hold lies in synced segments. */
    public void remove(final LogCompletion whenRemoved) {
        removal = whenRemoved;
        removeWhenQuiet();
    }

    private void removeWhenQuiet() {
        if (removal == null || write.isBusy() || opening.isBusy() || preparation.isBusy()) {
            return;
        }
        final LogCompletion done = removal;
        removal = null;
        final int[] left = {1};
        final DiskCompletion each = (token, status, value) -> {
            if (--left[0] == 0) {
                // A file that stays does no harm: after an orderly stop the next start does not read it.
                done.onComplete(DiskStatus.OK);
            }
        };
        for (int i = 0; i < made; i++) {
            left[0]++;
            files[i].file.close();
            disk.unlink(files[i].name, each, 0);
        }
        each.onDiskCompletion(0, DiskStatus.OK, 0);
    }

    private void onBlockWritten(final int status) {
        writing.clear();
        if (status != DiskStatus.OK) {
            fail();
        }
        completion.onComplete(status);
        removeWhenQuiet();
    }

    private void makeNext() {
        if (made < FILES && state == State.RUNNING && !preparation.isBusy()) {
            files[made] = new JournalFile(made, JournalFormat.nameOf(core, made));
            preparation.start(files[made++]);
        }
    }

    private void onPrepared(final JournalFile file, final int status) {
        if (status == DiskStatus.OK) {
            open(file);
        } else {
            made--;
            fail();
        }
        removeWhenQuiet();
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
        final int bytes = empty.seal(file.generation, 0);
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
        removeWhenQuiet();
    }

    /** The next file is made when one is begun, so that who writes little does not occupy much. */
    private void activate(final JournalFile file) {
        active = file;
        makeNext();
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
