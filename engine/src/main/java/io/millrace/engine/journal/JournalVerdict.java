package io.millrace.engine.journal;

import io.millrace.engine.status.PlantedBug;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Judges what was found of one core's journal. Every head says which rounds were needed and which were durable when it
 * was written: those of them that are not sound are damaged, wherever they should be. What comes behind the last that is
 * known to have been durable is what a crash in the middle of a round leaves, and nobody was told of it.
 */
public final class JournalVerdict {
    /**
     * Something that is not sound.
     *
     * @param isDamage whether it was durable once; else a crash may have torn it
     * @param file     null where it is not known which file it concerns
     * @param position byte in the file
     */
    public record Finding(boolean isDamage, String file, long position, String message) {
        @Override
        public String toString() {
            return (isDamage ? "DAMAGE" : "unsynced bytes")
                    + (file == null ? "" : " in " + file + " byte " + position)
                    + ": " + message;
        }
    }

    private record Unsound(String file, long position, String what, long sequence) {}

    private record Hole(String file, JournalScan.Gap gap) {}

    private final int core;
    private final List<Unsound> unsound = new ArrayList<>();
    private final List<Hole> holes = new ArrayList<>();
    private final TreeSet<Long> sequences = new TreeSet<>();
    /** Required, and where they should be is known. */
    private final TreeSet<Long> explained = new TreeSet<>();

    private long oldest = 1;
    private long durable;

    private final List<Finding> findings = new ArrayList<>();

    public JournalVerdict(final int core) {
        this.core = core;
    }

    /** A sound head of a block; sequence 0 opens a file. */
    public void onBlock(final long sequence, final long oldestNeeded, final long durableBefore) {
        if (sequence > 0) {
            sequences.add(sequence);
        }
        oldest = Math.max(oldest, oldestNeeded);
        durable = Math.max(durable, durableBefore);
    }

    /** A sound head of a record in the block of that sequence. */
    public void onRecord(final long sequence) {
        // Rounds are written one at a time.
        durable = Math.max(durable, sequence - 1);
    }

    /** Bytes that are not sound in the block of that sequence. */
    public void onUnsound(final String file, final long position, final String what, final long sequence) {
        unsound.add(new Unsound(file, position, what, sequence));
    }

    public void onGap(final String file, final JournalScan.Gap gap) {
        holes.add(new Hole(file, gap));
    }

    /** The last round that is known to have been durable. */
    public long durableSequence() {
        return durable;
    }

    /** Says, once all was told, what is damaged, and what a crash may have torn. */
    public List<Finding> give() {
        for (final Unsound each : unsound) {
            if (each.sequence <= durable) {
                damage(each.file, each.position, each.what);
            } else {
                torn(each.file, each.position, each.what);
            }
        }
        holes.forEach(this::judge);
        judgeMissing();
        return findings;
    }

    private void judge(final Hole hole) {
        final JournalScan.Gap gap = hole.gap;
        final String what = "a block's head is not sound" + recovered(gap);
        if (gap.nextSequence() >= 0) {
            for (long lost = gap.nextSequence() - 1; isMissing(lost); lost--) {
                explained.add(lost);
            }
            damage(hole.file, gap.position(), what);
        } else if (gap.previousSequence() > 0 && isMissing(gap.previousSequence() + 1)) {
            for (long lost = gap.previousSequence() + 1; isMissing(lost); lost++) {
                explained.add(lost);
            }
            damage(hole.file, gap.position(), what);
        } else if (gap.previousSequence() < 0 && !gap.isBlank()) {
            // Before a file is used it is all zeros, and what opens it is durable before anything else is written.
            damage(hole.file, gap.position(), "nothing in it is sound");
        } else if (gap.recordsFound() > 0) {
            torn(hole.file, gap.position(), what);
        }
    }

    private boolean isMissing(final long sequence) {
        return sequence >= oldest && sequence <= durable && !sequences.contains(sequence);
    }

    private static String recovered(final JournalScan.Gap gap) {
        return gap.recordsFound() == 0 ? "" : "; records found in it serve: " + gap.recordsFound();
    }

    /** Rounds that no file has, and of which it is not known where they were. */
    private void judgeMissing() {
        long from = oldest;
        while (from <= durable) {
            if (!isUnexplained(from)) {
                from++;
                continue;
            }
            long to = from;
            while (isUnexplained(to + 1)) {
                to++;
            }
            final String what = "the journal of core " + core + " lacks the rounds " + from + " to " + to
                    + "; partitions that miss something report it as far as it can be told";
            boolean placed = false;
            for (final Hole hole : holes) {
                // Opened, and no block in it: they may have been here.
                if (hole.gap.previousSequence() == 0 && hole.gap.nextSequence() < 0) {
                    damage(hole.file, hole.gap.position(), what);
                    placed = true;
                }
            }
            if (!placed) {
                damage(null, 0, what);
            }
            from = to + 1;
        }
    }

    private boolean isUnexplained(final long sequence) {
        return isMissing(sequence) && !explained.contains(sequence);
    }

    private void damage(final String file, final long position, final String what) {
        if (PlantedBug.JOURNAL_DAMAGE_UNTOLD.isPlanted()) {
            return;
        }
        findings.add(new Finding(true, file, position, what));
    }

    private void torn(final String file, final long position, final String what) {
        findings.add(new Finding(
                false,
                file,
                position,
                what + "; a crash may have torn the last round of core " + core
                        + ", then nobody was told of it; what is sound of it serves"));
    }
}
