package io.millrace.engine.port;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * An open file. Submissions belong to the thread of the {@link Disk} that opened it. {@link #transferTo} and {@link
 * #readResident} may be called by another core through a lease, on resident bytes only.
 */
public interface DiskFile {
    /** What {@link #writeThrough} is aligned to. */
    int BLOCK_BYTES = 4096;

    String path();

    /** Length in bytes after the writes and truncations that have completed. */
    long size();

    /** Value: bytes written, possibly fewer than asked without an error (a short write): the caller goes on. */
    void write(long position, DirectBuffer source, int offset, int length, DiskCompletion completion, long token);

    /** As {@link #write}, but never inline: for much that nobody waits for. */
    default void writeLater(
            final long position,
            final DirectBuffer source,
            final int offset,
            final int length,
            final DiskCompletion completion,
            final long token) {
        write(position, source, offset, length, completion, token);
    }

    /**
     * Writes whole blocks past the page cache, durable with the file's length when it completes: one trip in place of a
     * write and a sync. Position, length and the memory's address are multiples of {@link #BLOCK_BYTES}; what {@link
     * #write} has put there before must have been synced, and nothing else writes there meanwhile. Value: bytes written,
     * whole blocks, possibly fewer than asked without an error. Opens the file by its name once more: not after a rename.
     */
    void writeThrough(
            long position, DirectBuffer source, int offset, int length, DiskCompletion completion, long token);

    /**
     * What every {@link #writeThrough} checks first.
     *
     * @throws IllegalArgumentException if something is not aligned, or the memory lies on the heap
     * @throws IndexOutOfBoundsException if the buffer does not have the range
     */
    static void checkBlocks(
            final String path, final long position, final DirectBuffer source, final int offset, final int length) {
        source.boundsCheck(offset, length);
        if ((position | length | source.addressOffset() + offset) % BLOCK_BYTES != 0 || source.byteArray() != null) {
            throw new IllegalArgumentException(path + ": position " + position + ", length " + length + ", address "
                    + (source.addressOffset() + offset) + ": expected multiples of " + BLOCK_BYTES);
        }
    }

    /** Value: bytes read, fewer than asked at the end of the file or when the disk feels like it, 0 at the end. */
    void read(long position, MutableDirectBuffer target, int offset, int length, DiskCompletion completion, long token);

    /** Makes the bytes of all writes and truncations completed before this call durable, and the length. */
    void sync(DiskCompletion completion, long token);

    /** Reserves space without changing the length. A file system that cannot is OK; NO_SPACE is told. */
    void allocate(long position, long length, DiskCompletion completion, long token);

    /** Brings the range into memory off the core; afterwards it is resident for a while. */
    void prefetch(long position, long length, DiskCompletion completion, long token);

    /**
     * Whether the range lies in memory now, as far as can be found out at once. True promises as much as the end of a
     * prefetch; false promises nothing.
     */
    boolean isInMemory(long position, long length);

    /**
     * Lets go of the memory that holds synced bytes, as far as the platform can: later reads show what the medium
     * holds. After a failed sync memory may hold bytes that will never reach it.
     */
    void evict(DiskCompletion completion, long token);

    /** Cuts the file to {@code length} bytes. */
    void truncate(long length, DiskCompletion completion, long token);

    /**
     * Copies bytes that were written recently or prefetched, at once.
     *
     * @return bytes copied, possibly fewer at the end of the file, or a negative {@link DiskStatus}
     */
    int readResident(long position, MutableDirectBuffer target, int offset, int length);

    /**
     * Sends resident bytes to a channel without copying them where the platform can.
     *
     * @return bytes the channel took, possibly 0
     * @throws IOException if the channel or the file failed
     */
    long transferTo(long position, long count, WritableByteChannel target) throws IOException;

    /** The system's number of the file, for its own calls on resident bytes; negative if there is none. */
    default int descriptor() {
        return -1;
    }

    /** Closes the handle once nothing is in flight. Idempotent; further submissions are a programming error. */
    void close();
}
