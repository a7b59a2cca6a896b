package io.millrace.engine.journal;

import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.log.BlockingDisk;
import io.millrace.engine.log.JournalTail;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskFile;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Where journals hold one partition's batches; their bytes are read when they are wanted. */
final class ReplayTail implements JournalTail {
    /** A sound batch in a journal's file. */
    record Batch(String file, long position, int bytes, int crc, long baseOffset, long nextOffset) {}

    private final TreeMap<Long, Batch> batches = new TreeMap<>();
    private final Crc32c crc32c = new Crc32c();
    /** All files that have something of it, sound or not. */
    private final TreeSet<String> files = new TreeSet<>();

    private long provenOffset = -1;
    private boolean kept;

    void isIn(final String file) {
        files.add(file);
    }

    boolean isKept() {
        return kept;
    }

    Set<String> files() {
        return files;
    }

    void add(final Batch batch) {
        batches.put(batch.baseOffset, batch);
    }

    void proves(final long offset) {
        provenOffset = Math.max(provenOffset, offset);
    }

    @Override
    public boolean isThere() {
        return true;
    }

    @Override
    public long provenOffset() {
        return provenOffset;
    }

    @Override
    public long reachFrom(final long endOffset) {
        long reached = endOffset;
        Batch next;
        while ((next = batches.get(reached)) != null) {
            reached = next.nextOffset;
        }
        return reached;
    }

    @Override
    public void keep() {
        kept = true;
    }

    @Override
    public DirectBuffer batchAt(final BlockingDisk disk, final long baseOffset) {
        final Batch batch = batches.get(baseOffset);
        if (batch == null) {
            return null;
        }
        final DiskFile file = disk.open(batch.file, Disk.OpenMode.READ_ONLY);
        if (file == null) {
            return null;
        }
        try {
            final UnsafeBuffer bytes = new UnsafeBuffer(ByteBuffer.allocateDirect(batch.bytes));
            final int read = disk.read(file, batch.position, bytes, 0, batch.bytes);
            return read == batch.bytes && crc32c.compute(bytes, 0, read) == batch.crc ? bytes : null;
        } finally {
            file.close();
        }
    }
}
