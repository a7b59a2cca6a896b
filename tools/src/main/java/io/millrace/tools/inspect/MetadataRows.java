package io.millrace.tools.inspect;

import io.millrace.codec.metadata.ConfigChangedDecoder;
import io.millrace.codec.metadata.EpochsReservedDecoder;
import io.millrace.codec.metadata.ImageStartDecoder;
import io.millrace.codec.metadata.MessageHeaderDecoder;
import io.millrace.codec.metadata.NodeStartedDecoder;
import io.millrace.codec.metadata.PartitionsAddedDecoder;
import io.millrace.codec.metadata.PartitionsMovedDecoder;
import io.millrace.codec.metadata.ProducerIdsTakenDecoder;
import io.millrace.codec.metadata.TopicCreatedDecoder;
import io.millrace.codec.metadata.TopicDeletedDecoder;
import io.millrace.engine.metadata.ResourceType;
import io.millrace.engine.settings.KnownNames;
import java.nio.file.Path;
import java.util.Locale;
import org.agrona.DirectBuffer;

/** One row for each record of the metadata, in words. */
final class MetadataRows {
    private final Options options;
    private final Report report;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private long shown;
    private int limit;

    MetadataRows(final Options options, final Report report) {
        this.options = options;
        this.report = report;
    }

    /** An entry's records, or a snapshot's; the entry must be one that the image has taken. */
    void show(
            final Path file,
            final long position,
            final long index,
            final long stableIndex,
            final DirectBuffer buffer,
            final int offset,
            final int length) {
        if (length == 0) {
            row(file, position, index, stableIndex, "Seal", "");
        }
        for (int at = offset; at < offset + length; at = limit) {
            header.wrap(buffer, at);
            final String kind = kindOf(header.templateId());
            final String content = content(buffer, at);
            row(file, position, index, stableIndex, kind, content);
        }
    }

    private void row(
            final Path file,
            final long position,
            final long index,
            final long stableIndex,
            final String kind,
            final String content) {
        if (shown < options.limit()) {
            shown++;
            report.row(Table.METADATA, file.toString(), position, index, stableIndex, kind, content);
        }
    }

    private static String kindOf(final int templateId) {
        return switch (templateId) {
            case TopicCreatedDecoder.TEMPLATE_ID -> "TopicCreated";
            case PartitionsAddedDecoder.TEMPLATE_ID -> "PartitionsAdded";
            case TopicDeletedDecoder.TEMPLATE_ID -> "TopicDeleted";
            case ConfigChangedDecoder.TEMPLATE_ID -> "ConfigChanged";
            case PartitionsMovedDecoder.TEMPLATE_ID -> "PartitionsMoved";
            case EpochsReservedDecoder.TEMPLATE_ID -> "EpochsReserved";
            case ProducerIdsTakenDecoder.TEMPLATE_ID -> "ProducerIdsTaken";
            case NodeStartedDecoder.TEMPLATE_ID -> "NodeStarted";
            case ImageStartDecoder.TEMPLATE_ID -> "ImageStart";
            default -> "unknown";
        };
    }

    private String content(final DirectBuffer buffer, final int at) {
        return switch (header.templateId()) {
            case TopicCreatedDecoder.TEMPLATE_ID ->
                topicCreated(new TopicCreatedDecoder().wrapAndApplyHeader(buffer, at, header));
            case PartitionsAddedDecoder.TEMPLATE_ID ->
                partitionsAdded(new PartitionsAddedDecoder().wrapAndApplyHeader(buffer, at, header));
            case TopicDeletedDecoder.TEMPLATE_ID -> {
                final TopicDeletedDecoder record = new TopicDeletedDecoder().wrapAndApplyHeader(buffer, at, header);
                limit = record.limit();
                yield "topic #" + record.topicNumber();
            }
            case ConfigChangedDecoder.TEMPLATE_ID ->
                configChanged(new ConfigChangedDecoder().wrapAndApplyHeader(buffer, at, header));
            case PartitionsMovedDecoder.TEMPLATE_ID ->
                partitionsMoved(new PartitionsMovedDecoder().wrapAndApplyHeader(buffer, at, header));
            case EpochsReservedDecoder.TEMPLATE_ID ->
                epochsReserved(new EpochsReservedDecoder().wrapAndApplyHeader(buffer, at, header));
            case ProducerIdsTakenDecoder.TEMPLATE_ID -> {
                final ProducerIdsTakenDecoder record =
                        new ProducerIdsTakenDecoder().wrapAndApplyHeader(buffer, at, header);
                limit = record.limit();
                yield "below " + record.nextProducerId() + " for core " + record.core() + " of node " + record.node();
            }
            case NodeStartedDecoder.TEMPLATE_ID -> {
                final NodeStartedDecoder record = new NodeStartedDecoder().wrapAndApplyHeader(buffer, at, header);
                limit = record.limit();
                yield "node " + record.node() + " with " + count(record.coreCount(), "core");
            }
            case ImageStartDecoder.TEMPLATE_ID -> {
                final ImageStartDecoder record = new ImageStartDecoder().wrapAndApplyHeader(buffer, at, header);
                limit = record.limit();
                yield "as of entry " + record.version() + ", next topic #" + record.nextTopicNumber()
                        + ", next producer id " + record.nextProducerId();
            }
            default -> throw new IllegalStateException("unknown metadata record " + header.templateId());
        };
    }

    private String topicCreated(final TopicCreatedDecoder record) {
        final String number = "#" + record.topicNumber();
        final String id = Values.topicId(record.topicIdHigh(), record.topicIdLow());
        final StringBuilder places = new StringBuilder();
        int partitions = 0;
        for (final TopicCreatedDecoder.PlacementsDecoder place : record.placements()) {
            place(places, partitions++, place.node(), place.core(), place.leaderEpoch());
        }
        final StringBuilder configs = new StringBuilder();
        for (final TopicCreatedDecoder.ConfigsDecoder config : record.configs()) {
            configs.append(' ').append(config.configName()).append('=').append(config.configValue());
        }
        final String name = record.topicName();
        limit = record.limit();
        return name + ' ' + number + " id " + id + ", partitions" + places + (configs.isEmpty() ? "" : "," + configs);
    }

    private String partitionsAdded(final PartitionsAddedDecoder record) {
        final StringBuilder places = new StringBuilder("topic #" + record.topicNumber() + ", partitions");
        int partition = record.firstPartition();
        for (final PartitionsAddedDecoder.PlacementsDecoder place : record.placements()) {
            place(places, partition++, place.node(), place.core(), place.leaderEpoch());
        }
        limit = record.limit();
        return places.toString();
    }

    private String partitionsMoved(final PartitionsMovedDecoder record) {
        final StringBuilder moves = new StringBuilder("partitions");
        for (final PartitionsMovedDecoder.MovesDecoder move : record.moves()) {
            moves.append(" #").append(move.topicNumber());
            place(moves, move.partition(), move.node(), move.core(), move.leaderEpoch());
        }
        limit = record.limit();
        return moves.toString();
    }

    private String epochsReserved(final EpochsReservedDecoder record) {
        final StringBuilder epochs = new StringBuilder("for moves: partitions");
        for (final EpochsReservedDecoder.ReservationsDecoder each : record.reservations()) {
            epochs.append(" #").append(each.topicNumber()).append(' ').append(each.partition());
            epochs.append('e').append(each.leaderEpoch());
        }
        limit = record.limit();
        return epochs.toString();
    }

    private String configChanged(final ConfigChangedDecoder record) {
        final ResourceType type = ResourceType.of(record.resourceType());
        final StringBuilder changes = new StringBuilder();
        for (final ConfigChangedDecoder.ChangesDecoder change : record.changes()) {
            final boolean removed = change.removed() != 0;
            final String name = change.configName();
            changes.append(' ').append(name);
            final String value = change.configValue();
            changes.append(removed ? " removed" : isSecret(type, name) ? "=(secret)" : "=" + value);
        }
        final String resource = record.resourceName();
        limit = record.limit();
        final String kind = type == null
                ? "resource type " + record.resourceType()
                : type.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return kind + ' ' + (resource.isEmpty() ? "(all)" : resource) + ':' + changes;
    }

    /** Users' credentials, passwords, and of one listener's settings all, since what they are is not known here. */
    private static boolean isSecret(final ResourceType type, final String name) {
        final KnownNames.KafkaSetting setting = KnownNames.kafka(name);
        return type == ResourceType.USER
                || type == ResourceType.BROKER
                        && (setting == null ? name.startsWith("listener.name.") : setting.isSensitive());
    }

    /** {@code 3@1.0e2}: partition 3 on node 1, core 0, with leader epoch 2. */
    private static void place(
            final StringBuilder out, final int partition, final int node, final int core, final int leaderEpoch) {
        out.append(' ').append(partition).append('@').append(node).append('.').append(core);
        out.append('e').append(leaderEpoch);
    }

    private static String count(final int number, final String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
