package io.millrace.engine.metadata;

import io.millrace.engine.port.MetadataLog;
import io.millrace.engine.port.MetadataLogHandler;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A metadata log that commits whatever it is told to, for tests of those above it. */
final class MemoryMetadataLog implements MetadataLog {
    final List<byte[]> entries = new ArrayList<>();
    boolean full;
    private int committed;

    @Override
    public long propose(final DirectBuffer entry, final int offset, final int length) {
        if (full) {
            return -1;
        }
        final byte[] copy = new byte[length];
        entry.getBytes(offset, copy);
        entries.add(copy);
        return entries.size();
    }

    @Override
    public int poll(final MetadataLogHandler handler, final int limit) {
        int count = 0;
        while (committed < entries.size() && count < limit) {
            final byte[] entry = entries.get(committed);
            committed++;
            count++;
            handler.onEntry(committed, new UnsafeBuffer(entry), 0, entry.length);
        }
        return count;
    }

    void dropPending() {
        entries.subList(committed, entries.size()).clear();
    }

    @Override
    public long committedIndex() {
        return committed;
    }

    @Override
    public void snapshot(final long index, final DirectBuffer state, final int offset, final int length) {
        throw new UnsupportedOperationException("no test asks for it");
    }

    @Override
    public boolean hasPending() {
        return committed < entries.size();
    }

    @Override
    public boolean isReady() {
        return hasPending();
    }

    @Override
    public boolean isFailed() {
        return false;
    }
}
