package io.millrace.engine.core;

import io.millrace.codec.core.CheckpointReplyEncoder;
import io.millrace.codec.core.CheckpointRequestDecoder;
import io.millrace.engine.log.Checkpoints;
import io.millrace.engine.log.PartitionDirectory;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.PartitionKeys;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.status.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes the node's checkpoint files, in Kafka's format, for all cores. What is asked for while a write is under way
 * goes into the next one. Lives on core 0.
 */
final class CheckpointHost {
    private static final long RETRY_NS = 1_000_000_000;

    private record Asker(int core, long correlation) {}

    private final CheckpointRequestDecoder request = new CheckpointRequestDecoder();
    private final CheckpointReplyEncoder reply = new CheckpointReplyEncoder();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[CheckpointReplyEncoder.BLOCK_LENGTH]);
    private final Checkpoints files;
    private final MetadataImage image;
    private final CoreProxy[] proxies;
    private final Deadlines deadlines;
    private final LongSupplier nowNs;
    private final Map<String, Long> recoveryPoints;
    private final Map<String, Long> startOffsets;
    private final Map<String, Long> cleanedOffsets;
    private List<Asker> waiting = new ArrayList<>();
    private List<Asker> underWay = new ArrayList<>();
    private List<Runnable> waitingForgets = new ArrayList<>();
    private List<Runnable> forgetsUnderWay = new ArrayList<>();
    private boolean writing;
    private boolean changed;
    private boolean cleanedChanged;
    private boolean cleanedUnderWay;
    private int partsToWrite;
    private int worstStatus;

    private final Deadline retry = new Deadline() {
        @Override
        protected void onDeadline(final long nowNs, final long nowMs) {
            writeIfDue();
        }
    };

    /** @param recoveryPoints what the files say; this one's own once the cores serve, as are the others */
    CheckpointHost(
            final Checkpoints files,
            final MetadataImage image,
            final CoreProxy[] proxies,
            final Map<String, Long> recoveryPoints,
            final Map<String, Long> startOffsets,
            final Map<String, Long> cleanedOffsets,
            final Deadlines deadlines,
            final LongSupplier nowNs,
            final MessageRoutes routes) {
        this.files = files;
        this.image = image;
        this.proxies = proxies;
        this.recoveryPoints = recoveryPoints;
        this.startOffsets = startOffsets;
        this.cleanedOffsets = cleanedOffsets;
        this.deadlines = deadlines;
        this.nowNs = nowNs;
        routes.add(CheckpointRequestDecoder.TEMPLATE_ID, this::onRequest);
    }

    private void onRequest(final int from, final DirectBuffer body, final int offset, final int length) {
        request.wrap(body, offset, CheckpointRequestDecoder.BLOCK_LENGTH, CheckpointRequestDecoder.SCHEMA_VERSION);
        waiting.add(new Asker(from, request.correlation()));
        for (final CheckpointRequestDecoder.PartsDecoder part : request.parts()) {
            final TopicImage topic = image.topicByNumber(PartitionKeys.topicNumber(part.partitionKey()));
            if (topic != null) { // else deleted meanwhile
                final String name =
                        PartitionDirectory.nameOf(topic.name(), PartitionKeys.partition(part.partitionKey()));
                recoveryPoints.put(name, part.recoveryPoint());
                startOffsets.put(name, part.logStartOffset());
                cleanedTo(name, part.cleanedTo());
            }
        }
        changed = true;
        writeIfDue();
    }

    private void cleanedTo(final String name, final long offset) {
        if (offset < 0) {
            cleanedChanged |= cleanedOffsets.remove(name) != null;
        } else {
            cleanedChanged |= !Long.valueOf(offset).equals(cleanedOffsets.put(name, offset));
        }
    }

    /** Drops a deleted topic's positions; {@code done} runs once they are out of the files, or at once if never in. */
    void forget(final TopicImage topic, final Runnable done) {
        boolean known = false;
        for (int i = 0; i < topic.partitionCount(); i++) {
            final String name = PartitionDirectory.nameOf(topic.name(), i);
            known |= recoveryPoints.remove(name) != null;
            known |= startOffsets.remove(name) != null;
            if (cleanedOffsets.remove(name) != null) {
                cleanedChanged = true;
                known = true;
            }
        }
        if (known) {
            waitingForgets.add(done);
            changed = true;
            writeIfDue();
        } else {
            done.run();
        }
    }

    private void writeIfDue() {
        if (writing || !changed) {
            return;
        }
        writing = true;
        changed = false;
        final List<Asker> askers = underWay;
        underWay = waiting;
        waiting = askers;
        final List<Runnable> forgets = forgetsUnderWay;
        forgetsUnderWay = waitingForgets;
        waitingForgets = forgets;
        cleanedUnderWay = cleanedChanged;
        cleanedChanged = false;
        partsToWrite = cleanedUnderWay ? 3 : 2;
        worstStatus = DiskStatus.OK;
        if (cleanedUnderWay) {
            files.write(Checkpoints.CLEANED, cleanedOffsets, this::onWritten);
        }
        files.write(Checkpoints.RECOVERY_POINTS, recoveryPoints, this::onWritten);
        files.write(Checkpoints.LOG_STARTS, startOffsets, this::onWritten);
    }

    private void onWritten(final int diskStatus) {
        worstStatus = Math.min(worstStatus, diskStatus);
        if (--partsToWrite > 0) {
            return;
        }
        cleanedChanged |= worstStatus != DiskStatus.OK && cleanedUnderWay;
        writing = false;
        final Outcome outcome = switch (worstStatus) {
            case DiskStatus.OK -> Outcome.OK;
            case DiskStatus.NO_SPACE -> Outcome.NO_SPACE;
            default -> Outcome.OFFLINE;
        };
        for (final Asker asker : underWay) {
            reply.wrap(buffer, 0).correlation(asker.correlation).outcome(outcome.wire());
            proxies[asker.core].reply(CheckpointReplyEncoder.TEMPLATE_ID, buffer, reply.limit());
        }
        underWay.clear();
        if (outcome == Outcome.OK) {
            forgetsUnderWay.forEach(Runnable::run);
            forgetsUnderWay.clear();
        } else {
            // A name must not be used again before its old positions are gone: wait for a write that succeeds.
            waitingForgets.addAll(0, forgetsUnderWay);
            forgetsUnderWay.clear();
            if (!waitingForgets.isEmpty()) {
                changed = true;
                deadlines.arm(retry, nowNs.getAsLong() + RETRY_NS);
                return;
            }
        }
        writeIfDue();
    }
}
