package io.millrace.engine.metadata;

import io.millrace.codec.metadata.AlterConfigDecoder;
import io.millrace.codec.metadata.CreatePartitionsDecoder;
import io.millrace.codec.metadata.CreateTopicDecoder;
import io.millrace.codec.metadata.DeleteTopicDecoder;
import io.millrace.codec.metadata.MessageHeaderDecoder;
import io.millrace.codec.metadata.MovePartitionDecoder;
import io.millrace.codec.metadata.RemapDecoder;
import io.millrace.codec.metadata.ReserveEpochDecoder;
import io.millrace.codec.metadata.TakeProducerIdsDecoder;
import io.millrace.codec.metadata.TogetherDecoder;
import io.millrace.engine.port.Entropy;
import io.millrace.engine.port.MetadataLog;
import io.millrace.engine.status.Outcome;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Turns commands into log entries: checks each against an image that is ahead of the committed one by all entries
 * proposed so far, so that commands need not wait for each other's sync. Lives on core 0, used by its thread alone.
 */
public final class MetadataController {
    /** Ids taken at once when the command does not say. */
    public static final int PRODUCER_ID_BLOCK = 1000;

    private static final int PRODUCER_ID_BLOCK_MAX = 1_000_000;

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final MetadataRecords records = new MetadataRecords();
    private final MetadataImage committed;
    private final MetadataLog log;
    private final TopicIds topicIds;
    private final MetadataStateMachine ahead;
    private final TopicCommands topicCommands;
    private final ConfigCommands configCommands;
    private int entryBytesMax = Integer.MAX_VALUE;

    /**
     * @param committed core 0's image, after the replay at start
     * @param log       takes the entries; nobody else may propose to it
     */
    public MetadataController(final MetadataImage committed, final MetadataLog log, final Entropy entropy) {
        this.committed = committed;
        this.log = log;
        this.topicIds = new TopicIds(entropy.stream("topic-ids"));
        final MetadataImage image = new MetadataImage(committed.nodeId(), committed.startSettings());
        this.ahead = new MetadataStateMachine(image);
        this.topicCommands = new TopicCommands(image, records, topicIds);
        this.configCommands = new ConfigCommands(image, records);
        resync();
    }

    /** Entries above this size are refused from now on: they must fit into a message between cores. */
    public void entryBytesMax(final int bytes) {
        entryBytesMax = bytes;
    }

    private void resync() {
        final MetadataSnapshot snapshot = new MetadataSnapshot();
        final int length = snapshot.encode(committed);
        ahead.load(committed.version(), snapshot.buffer(), 0, length);
    }

    /** The log has dropped what was proposed from this index on: as if it had never been asked. */
    public void onRefused(final long fromIndex) {
        if (committed.version() != fromIndex - 1) {
            throw new IllegalStateException(
                    "entries from " + fromIndex + " refused, but " + committed.version() + " is applied");
        }
        resync();
    }

    /** Checks the command and proposes what it takes. Never throws for a bad wish. */
    public CommandResult execute(final DirectBuffer command, final int offset, final int length) {
        records.reset();
        try {
            final CommandResult result = check(command, offset, length);
            return records.length() == 0 ? result : propose(result);
        } catch (final Refusal refusal) {
            return new CommandResult(
                    refusal.outcome(), refusal.getMessage(), 0, 0, ahead.image().version());
        }
    }

    private CommandResult propose(final CommandResult result) {
        if (records.length() > entryBytesMax) {
            throw new Refusal(Outcome.POLICY_VIOLATION, "Unable to perform excessively large batch operation.");
        }
        final long index = log.propose(records.buffer(), 0, records.length());
        if (index < 0) {
            return new CommandResult(
                    Outcome.METADATA_UNAVAILABLE,
                    log.isFailed() ? "The metadata log has failed." : "The metadata log cannot take more now.",
                    0,
                    0,
                    committed.version());
        }
        ahead.apply(index, records.buffer(), 0, records.length());
        return new CommandResult(result.outcome(), result.message(), result.first(), result.second(), index);
    }

    /** Of the last command that was not refused and changes something: what it proposed, until the next one. */
    public DirectBuffer proposed() {
        return records.buffer();
    }

    /** 0 if the last command proposed nothing. */
    public int proposedLength() {
        return records.length();
    }

    private CommandResult check(final DirectBuffer command, final int offset, final int length) {
        header.wrap(command, offset);
        switch (header.templateId()) {
            case CreateTopicDecoder.TEMPLATE_ID:
                return topicCommands.create(new CreateTopicDecoder().wrapAndApplyHeader(command, offset, header));
            case DeleteTopicDecoder.TEMPLATE_ID:
                return topicCommands.delete(new DeleteTopicDecoder().wrapAndApplyHeader(command, offset, header));
            case CreatePartitionsDecoder.TEMPLATE_ID:
                return topicCommands.addPartitions(
                        new CreatePartitionsDecoder().wrapAndApplyHeader(command, offset, header));
            case AlterConfigDecoder.TEMPLATE_ID:
                return configCommands.alter(new AlterConfigDecoder().wrapAndApplyHeader(command, offset, header));
            case TogetherDecoder.TEMPLATE_ID:
                return together(new TogetherDecoder().wrapAndApplyHeader(command, offset, header));
            case TakeProducerIdsDecoder.TEMPLATE_ID:
                return takeProducerIds(new TakeProducerIdsDecoder().wrapAndApplyHeader(command, offset, header));
            case RemapDecoder.TEMPLATE_ID:
                return remap(new RemapDecoder()
                        .wrapAndApplyHeader(command, offset, header)
                        .coreCount());
            case ReserveEpochDecoder.TEMPLATE_ID:
                return reserveEpoch(new ReserveEpochDecoder().wrapAndApplyHeader(command, offset, header));
            case MovePartitionDecoder.TEMPLATE_ID:
                return move(new MovePartitionDecoder().wrapAndApplyHeader(command, offset, header));
            default:
                throw new Refusal(
                        Outcome.INTERNAL, "unknown command " + header.templateId() + " of " + length + " bytes");
        }
    }

    /** A refusal of any of them is one of all. */
    private CommandResult together(final TogetherDecoder command) {
        final UnsafeBuffer part = new UnsafeBuffer(0, 0);
        for (final TogetherDecoder.CommandsDecoder each : command.commands()) {
            each.wrapCommand(part);
            header.wrap(part, 0);
            if (header.templateId() != AlterConfigDecoder.TEMPLATE_ID) {
                throw new Refusal(Outcome.INTERNAL, "command " + header.templateId() + " together with others");
            }
            configCommands.alter(new AlterConfigDecoder().wrapAndApplyHeader(part, 0, header));
        }
        return answer(0, 0);
    }

    private CommandResult takeProducerIds(final TakeProducerIdsDecoder command) {
        final int count = command.idCount();
        if (count < 1 || count > PRODUCER_ID_BLOCK_MAX) {
            throw new Refusal(Outcome.INVALID_REQUEST, "asked for " + count + " producer ids");
        }
        final long first = ahead.image().nextProducerId();
        if (first > Long.MAX_VALUE - count) {
            throw new Refusal(
                    Outcome.INTERNAL, "Exhausted all producerIds as the next block's end would exceed long type limit");
        }
        records.producerIdsTaken(ahead.image().nodeId(), command.core(), first + count);
        return answer(first, count);
    }

    private CommandResult remap(final int coreCount) {
        final MetadataImage image = ahead.image();
        if (coreCount < 1) {
            throw new Refusal(Outcome.INVALID_REQUEST, "a node of " + coreCount + " cores");
        }
        if (image.coreCount(image.nodeId()) == coreCount) {
            return answer(0, 0);
        }
        final List<MetadataRecords.Move> moves = new Remapping(image, coreCount).moves();
        records.nodeStarted(image.nodeId(), coreCount);
        records.partitionsMoved(moves);
        return answer(moves.size(), 0);
    }

    private CommandResult reserveEpoch(final ReserveEpochDecoder command) {
        final PartitionImage partition =
                ahead.image().partition(PartitionKeys.key(command.topicNumber(), command.partition()));
        if (partition == null) {
            return deletedMeanwhile();
        }
        if (partition.leaderEpoch() != command.leaderEpoch()) {
            return notThere();
        }
        final int epoch = command.leaderEpoch() + 1;
        if (partition.reservedEpoch() < epoch) {
            records.epochsReserved(
                    List.of(new MetadataRecords.Reservation(command.topicNumber(), command.partition(), epoch)));
        }
        return answer(0, 0);
    }

    private CommandResult move(final MovePartitionDecoder command) {
        final MetadataImage image = ahead.image();
        final PartitionImage partition = image.partition(PartitionKeys.key(command.topicNumber(), command.partition()));
        final int epoch = command.leaderEpoch() + 1;
        if (partition == null) {
            return deletedMeanwhile();
        }
        final boolean isLost = partition.isPlaced(image.nodeId(), command.core(), epoch);
        final boolean isNew = partition.leaderEpoch() == command.leaderEpoch()
                && partition.reservedEpoch() == epoch
                && command.core() >= 0
                && command.core() < image.coreCount(image.nodeId())
                && command.core() != partition.ownerCore();
        if (!isLost && !isNew) {
            return notThere();
        }
        records.partitionsMoved(List.of(new MetadataRecords.Move(
                command.topicNumber(), command.partition(), image.nodeId(), command.core(), epoch)));
        return answer(0, 0);
    }

    /** A refusal waits for nothing: the end of the partition's topic may be what waits for it. */
    private static CommandResult deletedMeanwhile() {
        return refused(Outcome.UNKNOWN_PARTITION, "It was deleted meanwhile.");
    }

    private static CommandResult notThere() {
        return refused(Outcome.INVALID_REQUEST, "The partition is not where it was to be moved from.");
    }

    private static CommandResult refused(final Outcome outcome, final String message) {
        return new CommandResult(outcome, message, 0, 0, 0);
    }

    private CommandResult answer(final long first, final long second) {
        return new CommandResult(Outcome.OK, "", first, second, ahead.image().version());
    }
}
