package io.millrace.engine.sim;

import io.millrace.engine.port.Disk.OpenMode;
import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskSpace;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** One operation of a {@link SimDisk} that waits for its time. */
final class SimOp implements Comparable<SimOp> {
    final SimOperation operation;
    final String path;
    final DiskCompletion completion;
    final long token;
    SimDiskFile file;
    String target;
    OpenMode mode;
    List<String> names;
    DiskSpace space;
    DirectBuffer source;
    MutableDirectBuffer sink;
    int offset;
    long position;
    long length;
    long dueNs;
    long sequence;
    int status;
    long value;

    SimOp(final SimOperation operation, final String path, final DiskCompletion completion, final long token) {
        this.operation = operation;
        this.path = path;
        this.completion = completion;
        this.token = token;
    }

    @Override
    public int compareTo(final SimOp other) {
        final int byTime = Long.compare(dueNs, other.dueNs);
        return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }
}
