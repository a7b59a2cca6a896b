package io.millrace.engine.os;

import io.millrace.engine.port.DiskStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Function;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;

/** What a lane's thread does for each kind of operation; here the blocking calls are. One per lane. */
final class DiskWork {
    private static final int SCRATCH_BYTES = 256 * 1024;

    private final Path root;
    private final Function<FileChannel, FileIo> io;
    private final UnsafeBuffer scratch = new UnsafeBuffer(ByteBuffer.allocateDirect(SCRATCH_BYTES));

    /** @param io how to read and write an open channel */
    DiskWork(final Path root, final Function<FileChannel, FileIo> io) {
        this.root = root;
        this.io = io;
    }

    /** Fills in the operation's status and value. */
    void execute(final DiskOp op) {
        try {
            switch (op.kind) {
                case DiskOp.OPEN -> open(op);
                case DiskOp.MAKE_DIRECTORY -> Files.createDirectories(root.resolve(op.path));
                case DiskOp.RENAME -> rename(op);
                case DiskOp.UNLINK -> Files.delete(root.resolve(op.path));
                case DiskOp.LIST -> list(op);
                case DiskOp.SYNC_DIRECTORY -> syncDirectory(root.resolve(op.path));
                case DiskOp.WRITE -> op.file.writeNow(op);
                case DiskOp.READ -> op.file.readNow(op);
                case DiskOp.SYNC -> op.file.channel().force(false);
                case DiskOp.ALLOCATE -> op.status = op.file.io().allocate(op.position, op.length);
                case DiskOp.PREFETCH -> prefetch(op);
                case DiskOp.TRUNCATE -> op.status = op.file.io().truncate(op.length);
                case DiskOp.WRITE_THROUGH -> writeThrough(op);
                case DiskOp.EVICT -> op.file.io().evict();
                case DiskOp.SPACE -> space(op);
                case DiskOp.CLOSE -> op.file.closeNow();
                default -> throw new IllegalStateException("operation kind " + op.kind);
            }
        } catch (final IOException e) {
            // A sync that failed is final whatever its reason: the kernel may have dropped the pages.
            op.status =
                    op.kind == DiskOp.SYNC || op.kind == DiskOp.SYNC_DIRECTORY ? syncStatus(e) : OsErrors.statusOf(e);
        } catch (final RuntimeException | Error e) {
            op.failure = e;
            op.status = DiskStatus.IO_ERROR;
        }
    }

    private void writeThrough(final DiskOp op) throws IOException {
        if (op.file.direct() == null) {
            op.file.openedDirect(io.apply(openDirect(root.resolve(op.file.path()))));
        }
        op.file.writeThroughNow(op);
    }

    /** Where the file system knows no way past the page cache, writing through it must do. */
    private static FileChannel openDirect(final Path path) throws IOException {
        if (ChannelInternals.DIRECT != null) {
            try {
                return FileChannel.open(
                        path, StandardOpenOption.WRITE, StandardOpenOption.DSYNC, ChannelInternals.DIRECT);
            } catch (final NoSuchFileException gone) {
                throw gone;
            } catch (final IOException | UnsupportedOperationException refused) {
                return FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
            }
        }
        return FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
    }

    private static int syncStatus(final IOException e) {
        return OsErrors.statusOf(e) == DiskStatus.NOT_FOUND ? DiskStatus.NOT_FOUND : DiskStatus.IO_ERROR;
    }

    private void open(final DiskOp op) throws IOException {
        final Path path = root.resolve(op.path);
        if (Files.isDirectory(path)) {
            op.status = DiskStatus.ACCESS_DENIED;
            return;
        }
        final FileChannel channel = switch (op.mode) {
            case EXISTING -> FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            case READ_ONLY -> FileChannel.open(path, StandardOpenOption.READ);
            case CREATE_NEW ->
                FileChannel.open(
                        path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
            case CREATE_IF_ABSENT ->
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
            case REPLACE -> replace(path);
        };
        op.file.opened(io.apply(channel));
        op.value = channel.size();
    }

    /** READ beside TRUNCATE_EXISTING is refused by the channel's options, hence in two steps. */
    private static FileChannel replace(final Path path) throws IOException {
        final FileChannel channel =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        channel.truncate(0);
        return channel;
    }

    private void rename(final DiskOp op) throws IOException {
        final Path from = root.resolve(op.path);
        final Path to = root.resolve(op.target);
        if (Files.isDirectory(to) || (Files.isDirectory(from) && Files.exists(to))) {
            op.status = Files.exists(from) ? DiskStatus.EXISTS : DiskStatus.NOT_FOUND;
            return;
        }
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (final AtomicMoveNotSupportedException e) {
            throw new FileAlreadyExistsException(op.target, op.path, "not on one file system");
        }
    }

    private void list(final DiskOp op) throws IOException {
        try (Stream<Path> entries = Files.list(root.resolve(op.path))) {
            op.listed = entries.map(entry -> entry.getFileName().toString())
                    .sorted()
                    .toArray(String[]::new);
        }
    }

    private void space(final DiskOp op) throws IOException {
        final FileStore store = Files.getFileStore(root);
        op.position = store.getUsableSpace();
        op.length = store.getTotalSpace();
    }

    private static void syncDirectory(final Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Has the range pass through the page cache: only then is it known to be there. */
    private void prefetch(final DiskOp op) {
        final FileIo file = op.file.io();
        final long end = op.position + op.length;
        file.willNeed(op.position, op.length);
        long position = op.position + file.pass(op.position, op.length, scratch);
        // Copied where it cannot be passed on, and where it must be learnt why not.
        while (position < end) {
            final int chunk = (int) Math.min(SCRATCH_BYTES, end - position);
            final long read = file.read(position, scratch, 0, chunk);
            if (read <= 0) {
                op.status = (int) read;
                return;
            }
            position += read;
        }
    }
}
