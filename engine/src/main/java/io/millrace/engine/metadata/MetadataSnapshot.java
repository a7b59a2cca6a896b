package io.millrace.engine.metadata;

import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * An image as the shortest sequence of records that builds it. Written on core 0, read through
 * {@link MetadataStateMachine#load}. Equal images give equal bytes.
 */
public final class MetadataSnapshot {
    private final MetadataRecords records = new MetadataRecords();

    /** The bytes lie in {@link #buffer} from 0 on, until the next call; returns their number. */
    public int encode(final MetadataImage image) {
        records.reset().imageStart(image);
        image.coreCounts().forEach(records::nodeStarted);
        for (final ResourceType type : ResourceType.values()) {
            for (final String resource : image.resources(type)) {
                records.configChanged(type, resource, image.overrides(type, resource));
            }
        }
        for (int i = 0; i < image.topicCount(); i++) {
            final TopicImage topic = image.topicAt(i);
            final List<Placement.Place> places = new ArrayList<>(topic.partitionCount());
            final List<MetadataRecords.Reservation> reservations = new ArrayList<>();
            for (int p = 0; p < topic.partitionCount(); p++) {
                final PartitionImage partition = topic.partition(p);
                places.add(new Placement.Place(partition.ownerNode(), partition.ownerCore(), partition.leaderEpoch()));
                if (partition.reservedEpoch() > partition.leaderEpoch()) {
                    reservations.add(
                            new MetadataRecords.Reservation(topic.topicNumber(), p, partition.reservedEpoch()));
                }
            }
            records.topicCreated(
                    topic.topicNumber(), topic.idHigh(), topic.idLow(), topic.name(), places, topic.overrides());
            records.epochsReserved(reservations);
        }
        return records.length();
    }

    public DirectBuffer buffer() {
        return records.buffer();
    }
}
