package io.millrace.engine.os;

import io.millrace.engine.port.DiskStatus;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Positional input and output on one open file: through the C library by address where that can be linked and the
 * channel's descriptor be had, else through the channel. Any thread may call.
 */
final class FileIo {
    static final int NO_DESCRIPTOR = -1;
    private static final int EVICTED_AT_ONCE_BYTES = 4 << 20;

    private final FileChannel channel;
    private final int descriptor;

    private FileIo(final FileChannel channel, final int descriptor) {
        this.channel = channel;
        this.descriptor = descriptor;
    }

    static FileIo of(final FileChannel channel) {
        ChannelInternals.makeUninterruptible(channel);
        return new FileIo(channel, Posix.AVAILABLE ? ChannelInternals.descriptorOf(channel) : NO_DESCRIPTOR);
    }

    /** The plain form, for platforms without the C library's calls, and for the test of it. */
    static FileIo ofChannel(final FileChannel channel) {
        return new FileIo(channel, NO_DESCRIPTOR);
    }

    FileChannel channel() {
        return channel;
    }

    int descriptor() {
        return descriptor;
    }

    /** Bytes written, or a negative {@link DiskStatus}. */
    long write(final long position, final DirectBuffer source, final int offset, final int length) {
        if (descriptor >= 0 && source.byteArray() == null) {
            final long result = Posix.write(descriptor, source.addressOffset() + offset, length, position);
            return result >= 0 ? result : OsErrors.statusOf((int) -result);
        }
        try {
            return channel.write(view(source, offset, length), position);
        } catch (final IOException e) {
            return OsErrors.statusOf(e);
        }
    }

    /** Bytes read, 0 at the end of the file, or a negative {@link DiskStatus}. */
    long read(final long position, final MutableDirectBuffer target, final int offset, final int length) {
        if (descriptor >= 0 && target.byteArray() == null) {
            final long result = Posix.read(descriptor, target.addressOffset() + offset, length, position);
            return result >= 0 ? result : OsErrors.statusOf((int) -result);
        }
        try {
            return Math.max(0, channel.read(view(target, offset, length), position));
        } catch (final IOException e) {
            return OsErrors.statusOf(e);
        }
    }

    /**
     * Waits until a range is in the page cache, without touching it: in a virtual machine the first touch of a page costs
     * more than its copy.
     *
     * @param scratch eight bytes off the heap, for this thread alone
     * @return how many bytes from the position on are there
     */
    long pass(final long position, final long length, final MutableDirectBuffer scratch) {
        if (descriptor < 0 || !Posix.CAN_SEND || NullDevice.DESCRIPTOR < 0) {
            return 0;
        }
        scratch.putLong(0, position);
        long passed = 0;
        long sent = 1;
        while (passed < length && sent > 0) {
            sent = Posix.sendFile(NullDevice.DESCRIPTOR, descriptor, scratch.addressOffset(), length - passed);
            passed += Math.max(0, sent);
        }
        return passed;
    }

    int allocate(final long position, final long length) {
        if (descriptor < 0 || !Posix.CAN_ALLOCATE || length <= 0) {
            return DiskStatus.OK;
        }
        final int result = Posix.allocate(descriptor, position, length);
        return result == 0 || OsErrors.isUnsupported(-result) ? DiskStatus.OK : OsErrors.statusOf(-result);
    }

    /** Cuts; a cut to the present length gives reserved space back, which the channel alone would not do. */
    int truncate(final long length) throws IOException {
        final long size = channel.size();
        if (length == size && descriptor >= 0 && Posix.CAN_TRUNCATE) {
            final int result = Posix.truncate(descriptor, length);
            return result == 0 ? DiskStatus.OK : OsErrors.statusOf(-result);
        }
        channel.truncate(length);
        return DiskStatus.OK;
    }

    void willNeed(final long position, final long length) {
        if (descriptor >= 0) {
            Posix.willNeed(descriptor, position, length);
        }
    }

    /** Bytes that are yet to be written stay; where there is nothing else the kernel is not made to begin with that. */
    void evict() throws IOException {
        if (descriptor < 0) {
            return;
        }
        final CacheState state = new CacheState();
        final long size = channel.size();
        long from = -1;
        for (long position = 0; position < size; position += EVICTED_AT_ONCE_BYTES) {
            if (state.mayHoldWritten(descriptor, position, EVICTED_AT_ONCE_BYTES)) {
                from = from < 0 ? position : from;
            } else if (from >= 0) {
                Posix.dontNeed(descriptor, from, position - from);
                from = -1;
            }
        }
        if (from >= 0) {
            Posix.dontNeed(descriptor, from, 0); // to the end, which need not be that of a page
        }
    }

    private static ByteBuffer view(final DirectBuffer buffer, final int offset, final int length) {
        final byte[] array = buffer.byteArray();
        return array != null
                ? ByteBuffer.wrap(array, buffer.wrapAdjustment() + offset, length)
                : MemorySegment.ofAddress(buffer.addressOffset() + offset)
                        .reinterpret(length)
                        .asByteBuffer();
    }
}
