package io.millrace.engine.os;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The unpinned threads that do one data directory's blocking work for all cores: syncs, truncations and directory work
 * on the write lanes, what changes the metadata on one of its own, writes past the page cache on lanes that nothing else holds up, cold reads and prefetches on a lane of their own, so that a reader of cold data does not hold up
 * an ack. A file stays on one write lane. Construct before the calling thread is pinned: threads inherit its mask.
 */
public final class DiskCompanion implements AutoCloseable {
    /**
     * The file system joins syncs that wait at the same time into one journal commit. Rounds a second of 16 KB to each
     * of 32 files, all synced: 29 with one lane, 170 with two, 263 with four, 310 with eight.
     */
    private static final int WRITE_LANES = 4;

    /** A write past the page cache waits for the disk alone, and somebody for it: no sync of a file goes first. */
    private static final int THROUGH_LANES = 2;

    private final Path root;
    private final DiskLane[] writeLanes;
    private final DiskLane[] throughLanes;
    private final AtomicInteger throughLanesTaken = new AtomicInteger();
    private final DiskLane readLane;
    private final DiskLane urgentLane;
    private volatile String urgentFile = "";

    /** Starts the threads but those for writes past the page cache. The directory must exist. */
    public DiskCompanion(final Path root) {
        this(root, WRITE_LANES);
    }

    public DiskCompanion(final Path root, final int writeLaneCount) {
        this(root, writeLaneCount, FileIo::of);
    }

    DiskCompanion(final Path root, final int writeLaneCount, final Function<FileChannel, FileIo> io) {
        this.root = root;
        this.writeLanes = new DiskLane[writeLaneCount];
        for (int i = 0; i < writeLaneCount; i++) {
            writeLanes[i] = new DiskLane("disk-write-" + i, new DiskWork(root, io));
        }
        this.throughLanes = new DiskLane[THROUGH_LANES];
        for (int i = 0; i < THROUGH_LANES; i++) {
            throughLanes[i] = new DiskLane("disk-through-" + i, new DiskWork(root, io), writeLanes[0]);
        }
        this.readLane = new DiskLane("disk-read", new DiskWork(root, io));
        this.urgentLane = new DiskLane("disk-urgent", new DiskWork(root, io), writeLanes[0]);
    }

    /** This file's writes and syncs wait for no other file's; before it is opened. */
    public void prefer(final String path) {
        urgentFile = path;
    }

    /** Starts the threads for writes past the page cache; else the first such write waits until a thread is free to. */
    public void expectWritesThrough() {
        for (final DiskLane lane : throughLanes) {
            lane.startNow();
        }
    }

    public Path root() {
        return root;
    }

    /** Ends the threads once everything that was submitted has been done. Idempotent. */
    @Override
    public void close() {
        for (final DiskLane lane : lanes()) {
            lane.close();
        }
        for (final DiskLane lane : lanes()) {
            lane.awaitEnd();
        }
    }

    /** The one that starts the others first: when its end has come, they have begun. */
    private List<DiskLane> lanes() {
        final List<DiskLane> lanes = new ArrayList<>(List.of(writeLanes));
        lanes.addAll(List.of(throughLanes));
        lanes.add(urgentLane);
        lanes.add(readLane);
        return lanes;
    }

    /** The lane for operations that no file is open for. */
    DiskLane directoryLane() {
        return writeLanes[0];
    }

    DiskLane writeLane(final String path) {
        return path.equals(urgentFile) ? urgentLane : writeLanes[Math.floorMod(path.hashCode(), writeLanes.length)];
    }

    /** A core stays on one lane. */
    DiskLane nextThroughLane() {
        return throughLanes[throughLanesTaken.getAndIncrement() % THROUGH_LANES];
    }

    DiskLane readLane() {
        return readLane;
    }
}
