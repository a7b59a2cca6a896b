package io.millrace.engine.sim;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskPath;
import io.millrace.engine.port.Entropy;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The durable world of one node: its data directory, which outlives every process that opens it through a {@link
 * SimDisk}. {@link #kill} ends those processes and keeps the page cache; {@link #crash} loses power.
 */
public final class SimDiskImage {
    private static final long NEVER = -1;
    private static final long HASH_PRIME = 0x100000001B3L;

    private final SimTree tree = new SimTree();
    private final SimDiskStats stats = new SimDiskStats();
    private final List<SimDamage> damage = new ArrayList<>();
    private final List<SimDisk> disks = new ArrayList<>();
    private long capacityBytes = Long.MAX_VALUE;
    private long noSpaceUntilNs = Long.MIN_VALUE;
    private SimDiskListener listener = (number, operation, path) -> {};
    private Consumer<SimDamage> damageListener = done -> {};
    private long operations;
    private long crashAt = NEVER;
    private boolean dying;
    private long traceHash = 0xCBF29CE484222325L;

    /** How many bytes all files together may occupy; what lies there already stays. */
    public SimDiskImage capacity(final long bytes) {
        capacityBytes = bytes;
        return this;
    }

    /** Whom to tell before each operation; what happens while a process dies is not told. */
    public SimDiskImage onOperation(final SimDiskListener value) {
        listener = value;
        return this;
    }

    /** Whom to tell of each bit right after it has turned. */
    public SimDiskImage onDamage(final Consumer<SimDamage> value) {
        damageListener = value;
        return this;
    }

    /** Throws a {@link SimCrash} in place of the operation with this number, once. */
    public SimDiskImage crashAtOperation(final long number) {
        crashAt = number;
        return this;
    }

    /**
     * Kill -9 of the processes that have the directory open: of the operations in flight some were executed, one per
     * file in part; the cache survives. Buffers lent to the disk must still hold their bytes. Every open disk and
     * file is dead afterwards. Also what ends a process that has closed everything in peace.
     */
    public void kill(final Entropy entropy) {
        dying = true;
        for (final SimDisk disk : disks) {
            disk.die(entropy);
        }
        dying = false;
        crashAt = NEVER;
        disks.clear();
        tree.forEachFile((path, file) -> file.residency.forget());
        noSpaceUntilNs = Long.MIN_VALUE;
        stats.kills++;
    }

    /** Power loss: as {@link #kill}, and what was not synced is lost, wholly, partly or not at all. */
    public void crash(final Entropy entropy) {
        kill(entropy);
        stats.kills--;
        stats.powerLosses++;
        tree.powerLoss(entropy, stats);
    }

    /** Turns one bit of the synced bytes of a file that the filter takes; null if there is none. */
    public SimDamage flipBit(final Entropy entropy, final Predicate<String> filter) {
        final TreeMap<String, SimInode> files = new TreeMap<>();
        tree.forEachFile((path, file) -> {
            if (file.durable().length() > 0 && filter.test(path)) {
                files.put(path, file);
            }
        });
        if (files.isEmpty()) {
            return null;
        }
        final List<String> paths = new ArrayList<>(files.keySet());
        final String path = paths.get(entropy.nextInt(paths.size()));
        final SimInode file = files.get(path);
        final int position = entropy.nextInt(file.durable().length());
        final int bit = entropy.nextInt(8);
        file.flip(position, bit);
        final SimDamage done = new SimDamage(path, position, bit);
        damage.add(done);
        stats.bitFlips++;
        damageListener.accept(done);
        return done;
    }

    /** Lays down a file as if it had always been there, with the directories that lead to it. */
    public void put(final String path, final byte[] bytes) {
        final String directory = DiskPath.parent(DiskPath.check(path));
        if (!directory.isEmpty()) {
            tree.makeDirectory(directory);
        }
        tree.open(path, Disk.OpenMode.CREATE_IF_ABSENT);
        final SimInode file = file(path);
        file.truncate(0);
        file.write(0, bytes, 0);
        file.sync(file.nextChange());
        for (String parent = path; !parent.isEmpty(); ) {
            parent = DiskPath.parent(parent);
            tree.syncDirectory(parent);
        }
    }

    /** Overwrites synced bytes behind everyone's back, for a test that wants a particular damage. */
    public void overwrite(final String path, final long position, final byte[] bytes) {
        final SimInode file = file(path);
        file.cached().write(position, bytes, 0, bytes.length);
        file.durable().write(position, bytes, 0, bytes.length);
    }

    /** Every bit that was turned so far. */
    public List<SimDamage> damage() {
        return List.copyOf(damage);
    }

    public SimDiskStats stats() {
        return stats;
    }

    /** Operations executed so far. */
    public long operations() {
        return operations;
    }

    /** A hash over every operation, its outcome and its time: equal for equal runs. */
    public long traceHash() {
        return traceHash;
    }

    /** What a process would read now. */
    public byte[] contents(final String path) {
        return file(path).cached().toArray();
    }

    /** What is sure to be read after a power loss, as far as the file itself goes. */
    public byte[] durableContents(final String path) {
        return file(path).durable().toArray();
    }

    public boolean exists(final String path) {
        return tree.resolve(path) != null;
    }

    /** The paths of all files, sorted. */
    public List<String> paths() {
        final List<String> paths = new ArrayList<>();
        tree.forEachFile((path, file) -> paths.add(path));
        paths.sort(null);
        return paths;
    }

    /** The bytes that all files occupy, reserved ones too. */
    public long usedBytes() {
        final long[] sum = new long[1];
        tree.forEachFile((path, file) -> sum[0] += file.allocated());
        return sum[0];
    }

    SimTree tree() {
        return tree;
    }

    void attach(final SimDisk disk) {
        disks.add(disk);
    }

    long capacityBytes() {
        return capacityBytes;
    }

    long freeBytes() {
        return capacityBytes == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(0, capacityBytes - usedBytes());
    }

    boolean isOutOfSpace(final long nowNs) {
        return nowNs < noSpaceUntilNs;
    }

    void beginOutOfSpace(final long untilNs) {
        noSpaceUntilNs = Math.max(noSpaceUntilNs, untilNs);
    }

    void beforeOperation(final SimOperation operation, final String path) {
        if (!dying) {
            listener.beforeOperation(operations, operation, path);
            if (operations == crashAt) {
                throw new SimCrash("crash at operation " + operations + ", " + operation + " " + path);
            }
        }
        operations++;
    }

    void trace(final SimOp op, final long nowNs) {
        trace(op.operation.ordinal());
        trace(op.path.hashCode());
        trace(op.position);
        trace(op.length);
        trace(op.status);
        trace(op.value);
        trace(nowNs);
    }

    private void trace(final long value) {
        traceHash = (traceHash ^ value) * HASH_PRIME;
        traceHash ^= traceHash >>> 29;
    }

    private SimInode file(final String path) {
        if (tree.resolve(DiskPath.check(path)) instanceof SimInode file) {
            return file;
        }
        throw new IllegalArgumentException("no file " + path);
    }
}
