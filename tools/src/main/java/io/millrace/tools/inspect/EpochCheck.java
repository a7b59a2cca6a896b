package io.millrace.tools.inspect;

import io.millrace.engine.batch.BatchFlyweight;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The leader epochs of a log's batches against each other, and against {@code leader-epoch-checkpoint}. */
final class EpochCheck {
    /** Where an epoch begins, as the checkpoint's entry at that byte says. */
    private record Start(int epoch, long position) {}

    private final PartitionContext context;
    private final Consumer<Finding> findings;
    private final TreeMap<Long, Start> starts = new TreeMap<>();
    private final Path checkpoint;
    private int highest = -1;

    /** @param epochs the checkpoint, or null if there is none that is sound */
    EpochCheck(final PartitionContext context, final CheckpointFile epochs, final Consumer<Finding> findings) {
        this.context = context;
        this.findings = findings;
        checkpoint = epochs == null ? null : epochs.file();
        if (epochs != null) {
            epochs.entries().forEach(this::takeStart);
        }
    }

    private void takeStart(final CheckpointFile.Entry entry) {
        final Start start = new Start((int) entry.number(0), entry.position());
        final Map.Entry<Long, Start> before = starts.lastEntry();
        if (before != null
                && (entry.number(1) <= before.getKey()
                        || start.epoch() <= before.getValue().epoch())) {
            findings.accept(Finding.damage(
                    checkpoint,
                    entry.position(),
                    "epoch " + start.epoch() + " from offset " + entry.number(1) + " on follows epoch "
                            + before.getValue().epoch() + " from offset " + before.getKey() + " on"));
        }
        starts.put(entry.number(1), start);
    }

    void onBatch(final Path segment, final long position, final BatchFlyweight batch) {
        final int of = batch.partitionLeaderEpoch();
        if (of < highest) {
            findings.accept(Finding.damage(
                    segment,
                    position,
                    "leader epoch " + of + " of offset " + batch.baseOffset() + " follows " + highest));
        }
        final Map.Entry<Long, Start> known = starts.floorEntry(batch.baseOffset());
        final boolean newer = known != null
                && known.getKey().equals(starts.lastKey())
                && of > known.getValue().epoch();
        if (known != null && known.getValue().epoch() != of && !(newer && !context.clean())) {
            findings.accept(Finding.damage(
                    segment,
                    position,
                    "leader epoch " + of + " of offset " + batch.baseOffset() + ", the checkpoint of epochs says "
                            + known.getValue().epoch()));
        }
        highest = Math.max(highest, of);
    }

    /** After the last batch. What a power loss took from the log, the checkpoint may still know of. */
    void finish(final long endOffset) {
        for (final Map.Entry<Long, Start> beyond :
                starts.tailMap(endOffset, false).entrySet()) {
            final String message = "epoch " + beyond.getValue().epoch() + " begins at offset " + beyond.getKey()
                    + ", but the log ends at " + endOffset;
            findings.accept(
                    context.clean()
                            ? Finding.damage(checkpoint, beyond.getValue().position(), message)
                            : Finding.note(checkpoint, message));
        }
    }
}
