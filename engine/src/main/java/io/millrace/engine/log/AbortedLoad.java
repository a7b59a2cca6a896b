package io.millrace.engine.log;

import io.millrace.engine.batch.AbortedSink;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.status.PlantedBug;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The aborted transactions' part in a log's recovery. Of segments that are trusted the file is taken, if it is sound.
 * Of those that are read again the file counts below the producers' snapshot alone, since the log behind that is
 * replayed. A file that is not sound is made anew, from an older snapshot and all that came after it: a transaction may
 * have begun many segments before its end. A missing one says that there is nothing to list, as in Apache Kafka.
 */
final class AbortedLoad implements AbortedSink {
    private final BlockingDisk disk;
    private final String directory;
    private final LogProducers producers;
    private final LogParts parts;
    private final ArrayList<Segment> madeAnew = new ArrayList<>();
    /** Base offsets of the segments that have a file; nearly always none. */
    private final TreeSet<Long> files;

    private Segment replayed;

    AbortedLoad(
            final BlockingDisk disk,
            final String directory,
            final LogProducers producers,
            final LogParts parts,
            final TreeSet<Long> files) {
        this.files = files;
        this.disk = disk;
        this.directory = directory;
        this.producers = producers;
        this.parts = parts;
        producers.abortedTo(this);
    }

    /** For a segment that is trusted; false if its list had to be made anew. */
    boolean take(final Segment segment, final long endOffset) {
        final boolean sound = read(segment);
        if (!sound) {
            rebuild(segment, endOffset);
            madeAnew.add(segment);
        } else if (segment.aborted != null) {
            segment.aborted.truncate(endOffset);
        }
        return sound;
    }

    /** For a segment that is about to be read again, and replayed from the snapshot's offset on. */
    void begin(final Segment segment, final long snapshotOffset) {
        if (segment.baseOffset >= snapshotOffset) {
            segment.aborted = null;
        } else if (!read(segment)) {
            rebuild(segment, snapshotOffset);
        }
        if (segment.aborted != null) {
            segment.aborted.truncate(snapshotOffset);
        }
        replayed = segment;
    }

    /** It was read, and ends there. */
    void end(final Segment segment, final long endOffset) {
        if (segment.aborted != null) {
            segment.aborted.truncate(endOffset);
        }
    }

    /** What is replayed now will lie in that segment. */
    void goOn(final Segment segment) {
        replayed = segment;
    }

    @Override
    public void onAborted(
            final long producerId, final long firstOffset, final long lastOffset, final long lastStableOffset) {
        replayed.addAborted(producerId, firstOffset, lastOffset, lastStableOffset);
    }

    /** Makes the lists durable of the segments that were read again, and of those that were made anew. */
    void write(final List<Segment> validated) {
        for (final Segment segment : validated) {
            if (!madeAnew.contains(segment)) {
                madeAnew.add(segment);
            }
        }
        for (final Segment segment : madeAnew) {
            final String path = LogFiles.path(directory, segment.baseOffset, LogFiles.TXN_INDEX);
            if (segment.hasAborted()) {
                disk.replace(directory, path, segment.aborted.encode(0, segment.aborted.count()));
            } else {
                remove(segment);
            }
        }
    }

    /** The segment goes, or has nothing to list. */
    void remove(final Segment segment) {
        if (files.remove(segment.baseOffset)) {
            disk.unlink(LogFiles.path(directory, segment.baseOffset, LogFiles.TXN_INDEX));
        }
    }

    /** False if there is a file that is not sound. */
    private boolean read(final Segment segment) {
        segment.aborted = null;
        if (!files.contains(segment.baseOffset) || PlantedBug.TXN_ABORTED_FORGOTTEN.isPlanted()) {
            return true;
        }
        final DirectBuffer bytes = readAll(LogFiles.path(directory, segment.baseOffset, LogFiles.TXN_INDEX));
        if (bytes == null) {
            return true;
        }
        segment.aborted = AbortedTransactions.decode(bytes, bytes.capacity(), segment.baseOffset);
        return segment.aborted != null;
    }

    /**
     * The log ends, of damage, before the snapshot that was taken, which knows of ends of transactions that are lost: the
     * producers become what they were there. What was aborted below is known already.
     */
    void producersGoBack(final long endOffset, final long nowMs) {
        producers.abortedTo(AbortedSink.NONE);
        replay(producers, loadSnapshot(producers, endOffset, nowMs), parts.segments.getLast(), endOffset);
    }

    private void rebuild(final Segment segment, final long toOffset) {
        segment.aborted = null;
        final LogProducers others = producers.another();
        final long from = loadSnapshot(others, segment.baseOffset, 0);
        others.abortedTo((producerId, firstOffset, lastOffset, lastStableOffset) -> {
            if (lastOffset >= segment.baseOffset) {
                segment.addAborted(producerId, firstOffset, lastOffset, lastStableOffset);
            }
        });
        replay(others, from, segment, toOffset);
    }

    private void replay(final LogProducers others, final long from, final Segment last, final long toOffset) {
        final SegmentScan scan = new SegmentScan(disk);
        scan.holesBelow = parts.holesBelow;
        for (int i = Segment.holding(parts.segments, from); i <= Segment.numberOf(parts.segments, last); i++) {
            final Segment read = parts.segments.get(i);
            scan.run(read.file(), 0, read.baseOffset, false, (batch, position) -> {
                if (batch.baseOffset() >= from && batch.lastOffset() < toOffset) {
                    others.replay(batch.bytes(), 0, batch.sizeInBytes());
                }
            });
        }
    }

    /** Takes the newest sound snapshot at or below the offset; returns from where on to replay. */
    private long loadSnapshot(final LogProducers others, final long offset, final long nowMs) {
        for (int i = parts.snapshots.count() - 1; i >= 0; i--) {
            final long at = parts.snapshots.at(i);
            if (at <= offset) {
                final DirectBuffer bytes = readAll(LogFiles.path(directory, at, LogFiles.SNAPSHOT));
                if (bytes != null && others.loadSnapshot(bytes, 0, bytes.capacity(), nowMs)) {
                    return at;
                }
            }
        }
        others.clear();
        return parts.segments.getFirst().baseOffset;
    }

    private DirectBuffer readAll(final String path) {
        final DiskFile file = disk.open(path, Disk.OpenMode.READ_ONLY);
        if (file == null) {
            return null;
        }
        try {
            final byte[] bytes = new byte[(int) Math.min(file.size(), Integer.MAX_VALUE - 8)];
            return new UnsafeBuffer(bytes, 0, disk.read(file, 0, new UnsafeBuffer(bytes), 0, bytes.length));
        } finally {
            file.close();
        }
    }
}
