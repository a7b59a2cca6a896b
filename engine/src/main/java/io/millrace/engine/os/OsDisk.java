package io.millrace.engine.os;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskPath;
import io.millrace.engine.port.DiskSpace;
import io.millrace.engine.port.DiskStatus;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;

/**
 * One core's view of a real data directory. Page-cache writes and resident reads happen on the core's own thread,
 * small writes to a file together when it looks for completions, everything that may block on the
 * {@link DiskCompanion}. Allocates nothing once its operation objects are pooled.
 */
public final class OsDisk implements Disk {
    private static final int CHUNK = 1024;

    private final DiskCompanion companion;
    private final DiskLane throughLane;
    private final Runnable wakeup;
    /** No longer than this core's operations in flight are, which those who ask bound: see {@link DiskLane}. */
    private final MpscUnboundedVarHandleArrayQueue<DiskOp> executed = new MpscUnboundedVarHandleArrayQueue<>(CHUNK);

    private final AtomicLong stalledWrites = new AtomicLong();
    private final GatheredWrites.Vector vector = new GatheredWrites.Vector();
    private final CacheState cacheState = new CacheState();
    /** Files with writes that wait to be written together; each is in it once. */
    private OsDiskFile[] gathering = new OsDiskFile[16];

    private int gatheringCount;
    private DiskOp free;
    private DiskOp readyHead;
    private DiskOp readyTail;
    private int inFlight;
    private boolean ownerWaits;
    private volatile Thread waiting;

    /**
     * @param wakeup run on the companion's threads after a completion was queued and a full fence: looks whether the
     *               core sleeps and wakes it only then
     */
    public OsDisk(final DiskCompanion companion, final Runnable wakeup) {
        this.companion = companion;
        this.throughLane = companion.nextThroughLane();
        this.wakeup = wakeup;
    }

    @Override
    public DiskFile open(final String path, final OpenMode mode, final DiskCompletion completion, final long token) {
        final DiskLane lane = companion.writeLane(DiskPath.check(path));
        final OsDiskFile file = new OsDiskFile(this, path, lane);
        final DiskOp op = begin(DiskOp.OPEN, completion, token);
        op.file = file;
        op.path = path;
        op.mode = mode;
        file.submitOpen(op);
        return file;
    }

    @Override
    public void makeDirectory(final String path, final DiskCompletion completion, final long token) {
        submit(DiskOp.MAKE_DIRECTORY, DiskPath.check(path), completion, token);
    }

    @Override
    public void rename(final String from, final String to, final DiskCompletion completion, final long token) {
        DiskPath.check(from);
        DiskPath.check(to);
        final DiskOp op = begin(DiskOp.RENAME, completion, token);
        op.path = from;
        op.target = to;
        companion.directoryLane().submit(op);
    }

    @Override
    public void unlink(final String path, final DiskCompletion completion, final long token) {
        submit(DiskOp.UNLINK, DiskPath.check(path), completion, token);
    }

    @Override
    public void list(
            final String directory, final List<String> names, final DiskCompletion completion, final long token) {
        DiskPath.checkDirectory(directory);
        final DiskOp op = begin(DiskOp.LIST, completion, token);
        op.path = directory;
        op.names = names;
        companion.directoryLane().submit(op);
    }

    @Override
    public void syncDirectory(final String directory, final DiskCompletion completion, final long token) {
        submit(DiskOp.SYNC_DIRECTORY, DiskPath.checkDirectory(directory), completion, token);
    }

    @Override
    public void space(final DiskSpace space, final DiskCompletion completion, final long token) {
        final DiskOp op = begin(DiskOp.SPACE, completion, token);
        op.path = "";
        op.space = space;
        companion.directoryLane().submit(op);
    }

    @Override
    public int poll(final int limit) {
        writeGathered();
        takeExecuted();
        int delivered = 0;
        while (delivered < limit && readyHead != null) {
            deliver();
            delivered++;
        }
        return delivered;
    }

    @Override
    public int inFlight() {
        return inFlight;
    }

    @Override
    public boolean hasReady() {
        writeGathered();
        takeExecuted();
        return readyHead != null;
    }

    @Override
    public void await() {
        if (inFlight == 0) {
            throw new IllegalStateException("nothing is in flight");
        }
        waiting = Thread.currentThread();
        VarHandle.fullFence();
        while (!hasReady()) {
            LockSupport.park(this);
        }
        waiting = null;
    }

    @Override
    public void ownerWaits(final boolean waits) {
        ownerWaits = waits;
    }

    boolean ownerWaits() {
        return ownerWaits;
    }

    /** Inline writes that took longer than a millisecond, during which the core stood still. Any thread may ask. */
    public long stalledWrites() {
        return stalledWrites.get();
    }

    DiskOp begin(final int kind, final DiskCompletion completion, final long token) {
        final DiskOp op = acquire(kind);
        op.completion = completion;
        op.token = token;
        inFlight++;
        return op;
    }

    /** An operation that nobody waits for has no completion and is not in flight. */
    DiskOp acquire(final int kind) {
        final DiskOp op = free == null ? new DiskOp(this) : free;
        free = op.nextInFile;
        op.nextInFile = null;
        op.kind = kind;
        return op;
    }

    CacheState cacheState() {
        return cacheState;
    }

    GatheredWrites.Vector vector() {
        return vector;
    }

    /** The file has writes to be written at the latest when the core looks at the disk next. */
    void gathers(final OsDiskFile file) {
        if (gatheringCount == gathering.length) {
            gathering = Arrays.copyOf(gathering, gatheringCount * 2);
        }
        gathering[gatheringCount++] = file;
    }

    private void writeGathered() {
        for (int i = 0; i < gatheringCount; i++) {
            gathering[i].writeGathered();
            gathering[i].isGathering = false;
            gathering[i] = null;
        }
        gatheringCount = 0;
    }

    DiskLane readLane() {
        return companion.readLane();
    }

    DiskLane throughLane() {
        return throughLane;
    }

    /** On a lane's thread. */
    void onExecuted(final DiskOp op) {
        executed.offer(op);
        VarHandle.fullFence();
        final Thread thread = waiting;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
        wakeup.run();
    }

    /** On the core: the operation has ended and is delivered once those before it on its file are, a hint at once. */
    void onDone(final DiskOp op) {
        op.done = true;
        if (op.file == null || op.hint || op.file.isFirst(op)) {
            pushReady(op);
        }
    }

    void onStalledWrite() {
        stalledWrites.lazySet(stalledWrites.getPlain() + 1);
    }

    private void submit(final int kind, final String path, final DiskCompletion completion, final long token) {
        final DiskOp op = begin(kind, completion, token);
        op.path = path;
        companion.directoryLane().submit(op);
    }

    private void takeExecuted() {
        DiskOp op = executed.relaxedPoll();
        while (op != null) {
            if (op.completion == null) {
                release(op);
            } else {
                onDone(op);
            }
            op = executed.relaxedPoll();
        }
    }

    private void pushReady(final DiskOp op) {
        if (readyTail == null) {
            readyHead = op;
        } else {
            readyTail.nextReady = op;
        }
        readyTail = op;
    }

    private void deliver() {
        final DiskOp op = readyHead;
        readyHead = op.nextReady;
        if (readyHead == null) {
            readyTail = null;
        }
        if (op.file != null) {
            leaveFile(op);
        }
        if (op.listed != null) {
            op.names.addAll(List.of(op.listed));
        }
        if (op.space != null && op.status == DiskStatus.OK) {
            op.space.set(op.position, op.length);
        }
        final DiskCompletion completion = op.completion;
        final long token = op.token;
        final int status = op.status;
        final long value = status == DiskStatus.OK ? op.value : 0;
        final Throwable failure = op.failure;
        inFlight--;
        release(op);
        if (failure != null) {
            throw new IllegalStateException("a disk operation failed unexpectedly", failure);
        }
        completion.onDiskCompletion(token, status, value);
    }

    private void leaveFile(final DiskOp op) {
        if (op.hint) {
            op.file.endHint();
        } else {
            final DiskOp next = op.file.removeFirst(op);
            if (next != null && next.done) {
                pushReady(next);
            }
        }
        op.file.closeIfIdle();
    }

    private void release(final DiskOp op) {
        op.clear();
        op.nextInFile = free;
        free = op;
    }
}
