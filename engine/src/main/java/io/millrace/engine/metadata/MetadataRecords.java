package io.millrace.engine.metadata;

import io.millrace.codec.metadata.ConfigChangedEncoder;
import io.millrace.codec.metadata.EpochsReservedEncoder;
import io.millrace.codec.metadata.ImageStartEncoder;
import io.millrace.codec.metadata.MessageHeaderEncoder;
import io.millrace.codec.metadata.NodeStartedEncoder;
import io.millrace.codec.metadata.PartitionsAddedEncoder;
import io.millrace.codec.metadata.PartitionsMovedEncoder;
import io.millrace.codec.metadata.ProducerIdsTakenEncoder;
import io.millrace.codec.metadata.TopicCreatedEncoder;
import io.millrace.codec.metadata.TopicDeletedEncoder;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/** Writes records back to back into one entry (or one snapshot). */
final class MetadataRecords {
    /** A partition's new owner. */
    record Move(int topicNumber, int partition, int node, int core, int leaderEpoch) {}

    /** A leader epoch that a partition may come to have. */
    record Reservation(int topicNumber, int partition, int leaderEpoch) {}

    /** Groups of records count in 16 bits. */
    private static final int GROUP_MAX = 60_000;

    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(1024);
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private int length;

    MetadataRecords reset() {
        length = 0;
        return this;
    }

    DirectBuffer buffer() {
        return buffer;
    }

    int length() {
        return length;
    }

    void imageStart(final MetadataImage image) {
        final ImageStartEncoder record = new ImageStartEncoder()
                .wrapAndApplyHeader(buffer, length, header)
                .version(image.version())
                .nextTopicNumber(image.nextTopicNumber())
                .nextProducerId(image.nextProducerId());
        length = record.limit();
    }

    /** Partitions that fit into no single record follow in others. */
    void topicCreated(
            final int topicNumber,
            final long idHigh,
            final long idLow,
            final String name,
            final List<Placement.Place> places,
            final Map<String, String> configs) {
        final TopicCreatedEncoder record = new TopicCreatedEncoder()
                .wrapAndApplyHeader(buffer, length, header)
                .topicNumber(topicNumber)
                .topicIdHigh(idHigh)
                .topicIdLow(idLow);
        final int count = Math.min(places.size(), GROUP_MAX);
        final TopicCreatedEncoder.PlacementsEncoder placements = record.placementsCount(count);
        for (final Placement.Place place : places.subList(0, count)) {
            placements.next().node(place.node()).core(place.core()).leaderEpoch(place.leaderEpoch());
        }
        final TopicCreatedEncoder.ConfigsEncoder values = record.configsCount(configs.size());
        configs.forEach(
                (configName, value) -> values.next().configName(configName).configValue(value));
        record.topicName(name);
        length = record.limit();
        if (count < places.size()) {
            partitionsAdded(topicNumber, count, places.subList(count, places.size()));
        }
    }

    void partitionsAdded(final int topicNumber, final int firstPartition, final List<Placement.Place> places) {
        for (int from = 0; from < places.size(); from += GROUP_MAX) {
            final List<Placement.Place> part = places.subList(from, Math.min(places.size(), from + GROUP_MAX));
            final PartitionsAddedEncoder record = new PartitionsAddedEncoder()
                    .wrapAndApplyHeader(buffer, length, header)
                    .topicNumber(topicNumber)
                    .firstPartition(firstPartition + from);
            final PartitionsAddedEncoder.PlacementsEncoder placements = record.placementsCount(part.size());
            for (final Placement.Place place : part) {
                placements.next().node(place.node()).core(place.core()).leaderEpoch(place.leaderEpoch());
            }
            length = record.limit();
        }
    }

    void topicDeleted(final int topicNumber) {
        final TopicDeletedEncoder record = new TopicDeletedEncoder()
                .wrapAndApplyHeader(buffer, length, header)
                .topicNumber(topicNumber);
        length = record.limit();
    }

    /** A null value removes the override. */
    void configChanged(final ResourceType type, final String resourceName, final Map<String, String> changes) {
        final ConfigChangedEncoder record = new ConfigChangedEncoder()
                .wrapAndApplyHeader(buffer, length, header)
                .resourceType(type.wire());
        final ConfigChangedEncoder.ChangesEncoder group = record.changesCount(changes.size());
        changes.forEach((name, value) -> group.next()
                .removed((short) (value == null ? 1 : 0))
                .configName(name)
                .configValue(value == null ? "" : value));
        record.resourceName(resourceName);
        length = record.limit();
    }

    void partitionsMoved(final List<Move> moves) {
        for (int from = 0; from < moves.size(); from += GROUP_MAX) {
            final List<Move> part = moves.subList(from, Math.min(moves.size(), from + GROUP_MAX));
            final PartitionsMovedEncoder record =
                    new PartitionsMovedEncoder().wrapAndApplyHeader(buffer, length, header);
            final PartitionsMovedEncoder.MovesEncoder group = record.movesCount(part.size());
            for (final Move move : part) {
                group.next()
                        .topicNumber(move.topicNumber())
                        .partition(move.partition())
                        .node(move.node())
                        .core(move.core())
                        .leaderEpoch(move.leaderEpoch());
            }
            length = record.limit();
        }
    }

    void epochsReserved(final List<Reservation> reservations) {
        for (int from = 0; from < reservations.size(); from += GROUP_MAX) {
            final List<Reservation> part = reservations.subList(from, Math.min(reservations.size(), from + GROUP_MAX));
            final EpochsReservedEncoder record = new EpochsReservedEncoder().wrapAndApplyHeader(buffer, length, header);
            final EpochsReservedEncoder.ReservationsEncoder group = record.reservationsCount(part.size());
            for (final Reservation reservation : part) {
                group.next()
                        .topicNumber(reservation.topicNumber())
                        .partition(reservation.partition())
                        .leaderEpoch(reservation.leaderEpoch());
            }
            length = record.limit();
        }
    }

    void producerIdsTaken(final int node, final int core, final long nextProducerId) {
        final ProducerIdsTakenEncoder record = new ProducerIdsTakenEncoder()
                .wrapAndApplyHeader(buffer, length, header)
                .node(node)
                .core(core)
                .nextProducerId(nextProducerId);
        length = record.limit();
    }

    void nodeStarted(final int node, final int coreCount) {
        final NodeStartedEncoder record = new NodeStartedEncoder()
                .wrapAndApplyHeader(buffer, length, header)
                .node(node)
                .coreCount(coreCount);
        length = record.limit();
    }
}
