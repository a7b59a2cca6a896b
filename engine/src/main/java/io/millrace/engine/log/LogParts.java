package io.millrace.engine.log;

import java.util.ArrayList;

/** What a log is made of when it begins or is recovered. */
final class LogParts {
    final ArrayList<Segment> segments = new ArrayList<>();
    LeaderEpochs epochs = new LeaderEpochs();
    Snapshots snapshots = new Snapshots();
    long startOffset;
    long endOffset;
    /** Everything below survives a power loss. */
    long syncedOffset;

    boolean readOnly;
    /** Below it batches may be missing. */
    long holesBelow;
    /** If read-only: up to where the log was durable before it was damaged. */
    long recoveryPoint;

    static LogParts of(final Segment only, final long offset) {
        final LogParts parts = new LogParts();
        parts.segments.add(only);
        parts.startOffset = offset;
        parts.endOffset = offset;
        parts.syncedOffset = offset;
        return parts;
    }
}
