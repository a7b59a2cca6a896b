package io.millrace.engine.sim;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskPath;
import io.millrace.engine.port.DiskSpace;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.Entropy;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/**
 * One core's view of a {@link SimDiskImage}. Operations are executed when their virtual time has come and someone
 * polls, not when they are submitted; their delays and faults come from the seed. Dies with the process that made it.
 */
public final class SimDisk implements Disk {
    private final SimDiskImage image;
    private final SimTime time;
    private final SimDiskFaults faults;
    private final Entropy delays;
    private final SimDiskWork work;
    private final PriorityQueue<SimOp> pending = new PriorityQueue<>();
    private long sequence;
    private boolean dead;

    public SimDisk(final SimDiskImage image, final SimTime time, final SimDiskFaults faults, final Entropy entropy) {
        this.image = image;
        this.time = time;
        this.faults = faults;
        this.delays = entropy.stream("delays");
        this.work = new SimDiskWork(image, faults, entropy.stream("faults"));
        image.attach(this);
    }

    @Override
    public DiskFile open(final String path, final OpenMode mode, final DiskCompletion completion, final long token) {
        final SimDiskFile file = new SimDiskFile(this, DiskPath.check(path));
        final SimOp op = new SimOp(SimOperation.OPEN, path, completion, token);
        op.file = file;
        op.mode = mode;
        submit(op);
        return file;
    }

    @Override
    public void makeDirectory(final String path, final DiskCompletion completion, final long token) {
        submit(new SimOp(SimOperation.MAKE_DIRECTORY, DiskPath.check(path), completion, token));
    }

    @Override
    public void rename(final String from, final String to, final DiskCompletion completion, final long token) {
        final SimOp op = new SimOp(SimOperation.RENAME, DiskPath.check(from), completion, token);
        op.target = DiskPath.check(to);
        submit(op);
    }

    @Override
    public void unlink(final String path, final DiskCompletion completion, final long token) {
        submit(new SimOp(SimOperation.UNLINK, DiskPath.check(path), completion, token));
    }

    @Override
    public void list(
            final String directory, final List<String> names, final DiskCompletion completion, final long token) {
        final SimOp op = new SimOp(SimOperation.LIST, DiskPath.checkDirectory(directory), completion, token);
        op.names = names;
        submit(op);
    }

    @Override
    public void syncDirectory(final String directory, final DiskCompletion completion, final long token) {
        submit(new SimOp(SimOperation.SYNC_DIRECTORY, DiskPath.checkDirectory(directory), completion, token));
    }

    @Override
    public void space(final DiskSpace space, final DiskCompletion completion, final long token) {
        final SimOp op = new SimOp(SimOperation.SPACE, "", completion, token);
        op.space = space;
        submit(op);
    }

    @Override
    public int poll(final int limit) {
        checkAlive();
        int delivered = 0;
        while (delivered < limit && hasReady()) {
            final SimOp op = pending.peek();
            // If this throws a crash, the operation is still in flight when the image is crashed.
            work.execute(op, time.nanoTime());
            pending.poll();
            deliver(op);
            delivered++;
        }
        return delivered;
    }

    @Override
    public int inFlight() {
        return pending.size();
    }

    @Override
    public boolean hasReady() {
        return nextDueNs() <= time.nanoTime();
    }

    @Override
    public void await() {
        checkAlive();
        if (pending.isEmpty()) {
            throw new IllegalStateException("nothing is in flight");
        }
        time.advanceTo(nextDueNs());
    }

    /** When the next completion will be ready, or {@link Long#MAX_VALUE}. */
    public long nextDueNs() {
        return pending.isEmpty() ? Long.MAX_VALUE : pending.peek().dueNs;
    }

    void submit(final SimOp op) {
        checkAlive();
        long due = time.nanoTime()
                + faults.delayNsMin
                + Math.unsignedMultiplyHigh(delays.nextLong(), faults.delayNsMax - faults.delayNsMin + 1);
        if (faults.stallPpm > 0 && delays.nextInt(1_000_000) < faults.stallPpm) {
            due += faults.stallNs;
            image.stats().stalls++;
        }
        op.dueNs = op.file == null ? due : op.file.dueNs(due);
        op.sequence = sequence++;
        pending.add(op);
    }

    long residentWindowBytes() {
        return faults.residentWindowBytes;
    }

    void checkAlive() {
        if (dead) {
            throw new IllegalStateException("the process of this disk was killed");
        }
    }

    /** The process is killed: of each file's operations in flight the first few were executed, the next in part. */
    void die(final Entropy entropy) {
        dead = true;
        final List<SimOp> rest = new ArrayList<>();
        while (!pending.isEmpty()) {
            rest.add(pending.poll());
        }
        final int executed = entropy.nextInt(rest.size() + 1);
        for (int i = 0; i < executed; i++) {
            work.execute(rest.get(i), time.nanoTime());
        }
        if (executed < rest.size() && isWrite(rest.get(executed).operation)) {
            work.executePart(rest.get(executed));
        }
    }

    private static boolean isWrite(final SimOperation operation) {
        return operation == SimOperation.WRITE || operation == SimOperation.WRITE_THROUGH;
    }

    private static void deliver(final SimOp op) {
        if (op.file != null) {
            op.file.completed(op);
        }
        op.completion.onDiskCompletion(op.token, op.status, op.status == DiskStatus.OK ? op.value : 0);
    }
}
