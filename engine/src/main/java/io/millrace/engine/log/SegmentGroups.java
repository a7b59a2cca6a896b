package io.millrace.engine.log;

import java.util.ArrayList;
import java.util.List;

/** Which neighbouring segments become one when they are compacted: as many as fit into one by Kafka's limits. */
final class SegmentGroups {
    /** Batches that are packed again may grow, and a segment ends at 2 GiB. */
    static final long GROUP_BYTES_MAX = 1_900_000_000;

    /** A step of the core puts the fresh segment in the place of them all; what is left small is joined the next time. */
    static final int SEGMENTS_MAX = 256;

    private SegmentGroups() {}

    /** All segments that begin below the offset, in order; several together have no more than so many bytes. */
    static List<List<Segment>> of(final Log log, final long endOffset, final long groupBytesMax) {
        final LogConfig config = log.config();
        final ArrayList<List<Segment>> groups = new ArrayList<>();
        ArrayList<Segment> group = new ArrayList<>();
        long bytes = 0;
        long entries = 0;
        for (int i = 0; i < log.segments.size() && log.segments.get(i).baseOffset < endOffset; i++) {
            final Segment segment = log.segments.get(i);
            final long size = segment.size;
            final long most = size / (config.indexIntervalBytes() + 1L) + 2;
            final boolean fits = bytes + size <= Math.min(config.segmentBytes(), groupBytesMax)
                    && (entries + most) * TimeIndex.ENTRY_BYTES <= config.segmentIndexBytes()
                    && !group.isEmpty()
                    && group.size() < SEGMENTS_MAX
                    && log.endOf(i) - 1 - group.getFirst().baseOffset <= Integer.MAX_VALUE;
            if (!fits && !group.isEmpty()) {
                groups.add(group);
                group = new ArrayList<>();
                bytes = 0;
                entries = 0;
            }
            group.add(segment);
            bytes += size;
            entries += most;
        }
        if (!group.isEmpty()) {
            groups.add(group);
        }
        return groups;
    }
}
