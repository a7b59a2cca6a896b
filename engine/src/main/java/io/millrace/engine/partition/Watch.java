package io.millrace.engine.partition;

import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A fetch that waits for news from partitions of this core: answered once, when enough bytes were committed, when
 * something else changed, or on cancel. Either it is only told so, or the read that it asked for is kept here and done
 * then. Owned by the core's thread.
 */
public final class Watch {
    private int from;
    private long correlation;
    private long bytesMissing;
    private boolean due;
    private boolean committed;
    private final List<Partition> partitions = new ArrayList<>();
    private final UnsafeBuffer read = new UnsafeBuffer(new byte[0]);
    private int readLength;

    void reset(final int from, final long correlation, final int bytesMin, final boolean committedOnly) {
        this.from = from;
        this.correlation = correlation;
        bytesMissing = bytesMin;
        due = false;
        committed = committedOnly;
        partitions.clear();
        readLength = 0;
    }

    /** Keeps a read's message until the watch is due. */
    void keep(final DirectBuffer message, final int offset, final int length) {
        if (length > read.capacity()) {
            read.wrap(new byte[length]);
        }
        read.putBytes(0, message, offset, length);
        readLength = length;
    }

    /** Whether a read is to be done when it is due. */
    boolean keepsRead() {
        return readLength > 0;
    }

    DirectBuffer read() {
        return read;
    }

    int readLength() {
        return readLength;
    }

    void watch(final Partition partition) {
        partitions.add(partition);
    }

    /** Whether it waits for last stable offsets, not for high watermarks. */
    boolean isCommitted() {
        return committed;
    }

    /** Bytes were committed; true if the watch has become due by it. */
    boolean onCommitted(final long bytes) {
        bytesMissing -= bytes;
        return bytesMissing <= 0 && markDue();
    }

    /** True if it was not due before. */
    boolean markDue() {
        final boolean first = !due;
        due = true;
        return first;
    }

    List<Partition> partitions() {
        return partitions;
    }

    public int from() {
        return from;
    }

    public long correlation() {
        return correlation;
    }
}
