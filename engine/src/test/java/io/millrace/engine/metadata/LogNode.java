package io.millrace.engine.metadata;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.MetadataLogHandler;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** One life of a node that keeps texts in a metadata log and remembers what it heard. */
final class LogNode implements MetadataLogHandler {
    /** The state: all texts so far, snapshot and entries alike. */
    final List<String> texts = new ArrayList<>();

    /** Proposed, neither handed over nor refused. */
    final List<String> pending = new ArrayList<>();

    final List<Long> refusals = new ArrayList<>();
    final Disk disk;
    FileMetadataLog log;
    private long version;

    LogNode(final Disk disk, final long snapshotAfterBytes) {
        this.disk = disk;
        this.log = FileMetadataLog.open(disk, this, snapshotAfterBytes);
    }

    LogNode(final Disk disk) {
        this(disk, Long.MAX_VALUE);
    }

    long propose(final String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        final long index = log.propose(new UnsafeBuffer(bytes), 0, bytes.length);
        if (index > 0) {
            pending.add(text);
        }
        return index;
    }

    /** One turn of the loop; returns false if nothing is left to do. */
    boolean turn() {
        int work = log.poll(this, 3);
        if (log.wantsSnapshot()) {
            final byte[] state = String.join("\n", texts).getBytes(StandardCharsets.UTF_8);
            log.snapshot(version, new UnsafeBuffer(state), 0, state.length);
        }
        work += disk.poll(10);
        if (work == 0 && disk.inFlight() > 0) {
            disk.await();
            return true;
        }
        return work > 0 || log.isReady();
    }

    void run() {
        while (turn()) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void onSnapshot(final long index, final DirectBuffer state, final int offset, final int length) {
        if (!texts.isEmpty()) {
            throw new AssertionError("a snapshot after " + texts);
        }
        final String all = text(state, offset, length);
        if (!all.isEmpty()) {
            texts.addAll(List.of(all.split("\n")));
        }
        version = index;
        checkVersion();
    }

    @Override
    public void onEntry(final long index, final DirectBuffer entry, final int offset, final int length) {
        if (index != version + 1) {
            throw new AssertionError("entry " + index + " after " + version);
        }
        version = index;
        texts.add(text(entry, offset, length));
        if (log != null && !pending.removeFirst().equals(texts.getLast())) {
            throw new AssertionError(texts.getLast() + " out of order");
        }
        checkVersion();
    }

    @Override
    public void onRefused(final long fromIndex) {
        if (fromIndex != version + 1) {
            throw new AssertionError("refused from " + fromIndex + " after " + version);
        }
        refusals.add(fromIndex);
        pending.clear();
    }

    private void checkVersion() {
        if (texts.size() != version) {
            throw new AssertionError(texts.size() + " texts at version " + version);
        }
    }

    private static String text(final DirectBuffer buffer, final int offset, final int length) {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
