package io.millrace.engine.sim;

import io.millrace.engine.port.Disk.OpenMode;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.Entropy;
import java.util.List;

/** What each operation does to the image, and the faults that befall it. */
final class SimDiskWork {
    private static final int MILLION = 1_000_000;

    private final SimDiskImage image;
    private final SimTree tree;
    private final SimDiskFaults faults;
    private final Entropy entropy;

    SimDiskWork(final SimDiskImage image, final SimDiskFaults faults, final Entropy entropy) {
        this.image = image;
        this.tree = image.tree();
        this.faults = faults;
        this.entropy = entropy;
    }

    /** Fills in the operation's status and value. */
    void execute(final SimOp op, final long nowNs) {
        image.beforeOperation(op.operation, op.path);
        if (happens(faults.bitFlipPpm)) {
            image.flipBit(entropy, faults.bitFlipPaths);
        }
        if (isFullThere(op)) {
            noSpace(op);
            image.trace(op, nowNs);
            return;
        }
        switch (op.operation) {
            case OPEN -> open(op, nowNs);
            case MAKE_DIRECTORY -> makeDirectory(op, nowNs);
            case RENAME -> op.status = tree.rename(op.path, op.target);
            case UNLINK -> op.status = tree.unlink(op.path);
            case LIST -> list(op);
            case SYNC_DIRECTORY -> syncDirectory(op);
            case WRITE -> write(op, nowNs);
            case READ -> read(op);
            case SYNC -> sync(op);
            case ALLOCATE -> allocate(op, nowNs);
            case PREFETCH -> prefetch(op);
            case TRUNCATE -> truncate(op);
            case EVICT -> op.file.inode().evict();
            case SPACE -> op.space.set(image.freeBytes(), image.capacityBytes());
            case WRITE_THROUGH -> writeThrough(op, nowNs);
        }
        image.trace(op, nowNs);
    }

    private boolean isFullThere(final SimOp op) {
        return switch (op.operation) {
            case WRITE, ALLOCATE, WRITE_THROUGH -> faults.fullPaths.test(op.path) || faults.fullFiles.test(op.path);
            default -> needsSpace(op) && faults.fullPaths.test(op.target == null ? op.path : op.target);
        };
    }

    private static boolean needsSpace(final SimOp op) {
        return switch (op.operation) {
            case OPEN -> op.mode == OpenMode.REPLACE;
            case MAKE_DIRECTORY, RENAME, SYNC_DIRECTORY, WRITE, SYNC, ALLOCATE, WRITE_THROUGH -> true;
            case UNLINK, LIST, READ, PREFETCH, TRUNCATE, EVICT, SPACE -> false;
        };
    }

    /** The process dies while this write is executed: some first part of it is done, maybe all. */
    void executePart(final SimOp op) {
        final SimInode inode = op.file.inode();
        final int unit = op.operation == SimOperation.WRITE_THROUGH ? SimInode.SECTOR : 1;
        final int length = entropy.nextInt((int) op.length / unit + 1) * unit;
        if (inode != null && length > 0) {
            inode.write(op.position, SimBytes.copyOf(op.source, op.offset, length), faults.residentWindowBytes);
        }
        image.stats().writesCutShort++;
    }

    private void open(final SimOp op, final long nowNs) {
        final boolean creates = op.mode != OpenMode.EXISTING && op.mode != OpenMode.READ_ONLY;
        if (creates && isFull(1, nowNs) && tree.resolve(op.path) == null) {
            noSpace(op);
            return;
        }
        op.status = tree.open(op.path, op.mode);
        if (op.status == DiskStatus.OK) {
            final SimInode inode = (SimInode) tree.resolve(op.path);
            if (op.mode == OpenMode.REPLACE) {
                inode.truncate(0);
            }
            op.file.opened(inode, op.mode != OpenMode.READ_ONLY);
            op.value = inode.cached().length();
        }
    }

    private void makeDirectory(final SimOp op, final long nowNs) {
        if (isFull(1, nowNs) && tree.resolve(op.path) == null) {
            noSpace(op);
        } else {
            op.status = tree.makeDirectory(op.path);
        }
    }

    private void list(final SimOp op) {
        final List<String> names = tree.list(op.path);
        if (names == null) {
            op.status = DiskStatus.NOT_FOUND;
        } else {
            op.names.addAll(names);
        }
    }

    private void syncDirectory(final SimOp op) {
        if (happens(faults.syncErrorPpm)) {
            image.stats().syncErrors++;
            op.status = DiskStatus.IO_ERROR;
        } else {
            op.status = tree.syncDirectory(op.path);
        }
    }

    private void write(final SimOp op, final long nowNs) {
        final SimInode inode = op.file.writable();
        if (op.length == 0) {
            return;
        }
        if (happens(faults.writeErrorPpm)) {
            image.stats().writeErrors++;
            op.status = DiskStatus.IO_ERROR;
            return;
        }
        final long length = lengthOf(op, inode, nowNs, 1);
        if (length > 0) {
            final byte[] bytes = SimBytes.copyOf(op.source, op.offset, (int) length);
            inode.write(op.position, bytes, faults.residentWindowBytes);
            op.value = length;
        }
    }

    /** How much of a write the disk takes, a multiple of the unit; 0 if there is no space. */
    private long lengthOf(final SimOp op, final SimInode inode, final long nowNs, final int unit) {
        final long needed = op.position + op.length - inode.allocated();
        if (isFull(needed, nowNs)) {
            noSpace(op);
            return 0;
        }
        long length = op.length;
        final long missing = needed <= 0 ? 0 : needed - image.freeBytes();
        if (missing > 0) {
            length = (length - missing) / unit * unit;
            if (length <= 0) {
                noSpace(op);
                return 0;
            }
        }
        if (length > unit && happens(faults.shortWritePpm)) {
            image.stats().shortWrites++;
            length = (1 + entropy.nextInt((int) length / unit - 1)) * (long) unit;
        }
        return length;
    }

    /** Where it fails, some of its sectors may have changed, and the cache knows nothing of it. */
    private void writeThrough(final SimOp op, final long nowNs) {
        final SimInode inode = op.file.writable();
        if (op.length == 0) {
            return;
        }
        if (happens(faults.writeErrorPpm) || happens(faults.syncErrorPpm)) {
            image.stats().writeErrors++;
            op.status = DiskStatus.IO_ERROR;
            executePart(op);
            return;
        }
        final long length = lengthOf(op, inode, nowNs, DiskFile.BLOCK_BYTES);
        if (length > 0) {
            final byte[] bytes = SimBytes.copyOf(op.source, op.offset, (int) length);
            inode.writeThrough(op.position, bytes, faults.residentWindowBytes);
            op.value = length;
        }
    }

    private void read(final SimOp op) {
        if (happens(faults.readErrorPpm)) {
            image.stats().readErrors++;
            op.status = DiskStatus.IO_ERROR;
            return;
        }
        long length = op.length;
        if (length > 1 && happens(faults.shortReadPpm)) {
            image.stats().shortReads++;
            length = 1 + entropy.nextInt((int) length - 1);
        }
        final SimInode inode = op.file.inode();
        op.value = inode.cached().read(op.position, op.sink, op.offset, (int) length);
        inode.residency.onFetched(op.position, op.position + op.value, faults.residentWindowBytes);
    }

    private void prefetch(final SimOp op) {
        if (happens(faults.readErrorPpm)) {
            image.stats().readErrors++;
            op.status = DiskStatus.IO_ERROR;
            return;
        }
        final SimInode inode = op.file.inode();
        final long end = Math.min(op.position + op.length, inode.cached().length());
        inode.residency.onFetched(op.position, end, faults.residentWindowBytes);
    }

    private void sync(final SimOp op) {
        if (happens(faults.syncErrorPpm)) {
            image.stats().syncErrors++;
            op.status = DiskStatus.IO_ERROR;
            op.file.inode().syncFailed(op.position);
        } else {
            op.file.inode().sync(op.position);
        }
    }

    private void allocate(final SimOp op, final long nowNs) {
        final SimInode inode = op.file.writable();
        final long needed = op.position + op.length - inode.allocated();
        if (happens(faults.writeErrorPpm)) {
            image.stats().writeErrors++;
            op.status = DiskStatus.IO_ERROR;
        } else if (isFull(needed, nowNs) || needed > image.freeBytes()) {
            noSpace(op);
        } else {
            inode.allocate(op.position + op.length);
        }
    }

    private void truncate(final SimOp op) {
        final SimInode inode = op.file.writable();
        if (happens(faults.writeErrorPpm)) {
            image.stats().writeErrors++;
            op.status = DiskStatus.IO_ERROR;
        } else {
            inode.truncate(op.length);
        }
    }

    private void noSpace(final SimOp op) {
        image.stats().noSpace++;
        op.status = DiskStatus.NO_SPACE;
    }

    /** Whether there is an episode without space, or one begins, and this needs some. */
    private boolean isFull(final long needed, final long nowNs) {
        if (happens(faults.noSpacePpm)) {
            image.beginOutOfSpace(nowNs + 1 + Math.unsignedMultiplyHigh(entropy.nextLong(), faults.noSpaceNsMax));
        }
        return needed > 0 && image.isOutOfSpace(nowNs);
    }

    private boolean happens(final int ppm) {
        return ppm > 0 && entropy.nextInt(MILLION) < ppm;
    }
}
