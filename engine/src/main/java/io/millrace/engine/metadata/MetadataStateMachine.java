package io.millrace.engine.metadata;

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
import java.util.SortedMap;
import java.util.TreeMap;
import org.agrona.DirectBuffer;

/**
 * Applies metadata entries to one image. A pure function of image and entry: no clock, no randomness, no I/O; all
 * decisions were taken by the controller and stand in the records. An entry that does not fit the image is a defect
 * and stops the process.
 */
public final class MetadataStateMachine {
    private static final MetadataListener NOBODY = new MetadataListener() {};

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final TopicCreatedDecoder topicCreated = new TopicCreatedDecoder();
    private final PartitionsAddedDecoder partitionsAdded = new PartitionsAddedDecoder();
    private final TopicDeletedDecoder topicDeleted = new TopicDeletedDecoder();
    private final ConfigChangedDecoder configChanged = new ConfigChangedDecoder();
    private final PartitionsMovedDecoder partitionsMoved = new PartitionsMovedDecoder();
    private final EpochsReservedDecoder epochsReserved = new EpochsReservedDecoder();
    private final ProducerIdsTakenDecoder producerIdsTaken = new ProducerIdsTakenDecoder();
    private final NodeStartedDecoder nodeStarted = new NodeStartedDecoder();
    private final ImageStartDecoder imageStart = new ImageStartDecoder();
    private final MetadataImage image;
    private MetadataListener listener = NOBODY;

    public MetadataStateMachine(final MetadataImage image) {
        this.image = image;
    }

    public MetadataImage image() {
        return image;
    }

    /** From now on the listener hears of changes; null for nobody. */
    public void listener(final MetadataListener newListener) {
        listener = newListener == null ? NOBODY : newListener;
    }

    /** Applies the entry that follows the image's version. */
    public void apply(final long index, final DirectBuffer entry, final int offset, final int length) {
        if (index != image.version() + 1) {
            throw new IllegalStateException("metadata entry " + index + " does not follow " + image.version());
        }
        applyRecords(entry, offset, length);
        image.version(index);
    }

    /**
     * A move takes effect before its entry stands in the log, by an epoch that was reserved for it. The entry changes
     * nothing more when it comes.
     */
    public void applyAhead(final DirectBuffer entry, final int offset, final int length) {
        applyRecords(entry, offset, length);
    }

    /**
     * After a replay, before anybody serves: an epoch that was reserved may have been some owner's, without a trace in the
     * log. It is nobody's any more. Needs no entry: as long as there is none of a later epoch, each replay comes to the same.
     */
    public void passReservedEpochs() {
        for (int t = 0; t < image.topicCount(); t++) {
            final TopicImage topic = image.topicAt(t);
            for (int p = 0; p < topic.partitionCount(); p++) {
                topic.partition(p).passReservedEpoch();
            }
        }
    }

    /** Replaces all state by a snapshot's. The listener is not told. */
    public void load(final long index, final DirectBuffer state, final int offset, final int length) {
        final MetadataListener told = listener;
        listener = NOBODY;
        image.clear();
        applyRecords(state, offset, length);
        listener = told;
        if (image.version() != index) {
            throw new IllegalStateException("snapshot of " + index + " holds version " + image.version());
        }
    }

    private void applyRecords(final DirectBuffer buffer, final int offset, final int length) {
        int position = offset;
        final int end = offset + length;
        while (position < end) {
            position = applyRecord(buffer, position);
        }
        if (position != end) {
            throw new IllegalStateException("metadata records end at " + position + ", their entry at " + end);
        }
    }

    private int applyRecord(final DirectBuffer buffer, final int position) {
        header.wrap(buffer, position);
        switch (header.templateId()) {
            case TopicCreatedDecoder.TEMPLATE_ID:
                onTopicCreated(topicCreated.wrapAndApplyHeader(buffer, position, header));
                return topicCreated.limit();
            case PartitionsAddedDecoder.TEMPLATE_ID:
                onPartitionsAdded(partitionsAdded.wrapAndApplyHeader(buffer, position, header));
                return partitionsAdded.limit();
            case TopicDeletedDecoder.TEMPLATE_ID:
                onTopicDeleted(topicDeleted.wrapAndApplyHeader(buffer, position, header));
                return topicDeleted.limit();
            case ConfigChangedDecoder.TEMPLATE_ID:
                onConfigChanged(configChanged.wrapAndApplyHeader(buffer, position, header));
                return configChanged.limit();
            case PartitionsMovedDecoder.TEMPLATE_ID:
                onPartitionsMoved(partitionsMoved.wrapAndApplyHeader(buffer, position, header));
                return partitionsMoved.limit();
            case EpochsReservedDecoder.TEMPLATE_ID:
                onEpochsReserved(epochsReserved.wrapAndApplyHeader(buffer, position, header));
                return epochsReserved.limit();
            case ProducerIdsTakenDecoder.TEMPLATE_ID:
                image.nextProducerId(producerIdsTaken
                        .wrapAndApplyHeader(buffer, position, header)
                        .nextProducerId());
                return producerIdsTaken.limit();
            case NodeStartedDecoder.TEMPLATE_ID:
                nodeStarted.wrapAndApplyHeader(buffer, position, header);
                image.coreCount(nodeStarted.node(), nodeStarted.coreCount());
                return nodeStarted.limit();
            case ImageStartDecoder.TEMPLATE_ID:
                onImageStart(imageStart.wrapAndApplyHeader(buffer, position, header));
                return imageStart.limit();
            default:
                throw new IllegalStateException("unknown metadata record " + header.templateId());
        }
    }

    private void onImageStart(final ImageStartDecoder record) {
        image.version(record.version());
        image.nextTopicNumber(record.nextTopicNumber());
        image.nextProducerId(record.nextProducerId());
    }

    private void onTopicCreated(final TopicCreatedDecoder record) {
        final int topicNumber = record.topicNumber();
        final long idHigh = record.topicIdHigh();
        final long idLow = record.topicIdLow();
        final TopicCreatedDecoder.PlacementsDecoder placements = record.placements();
        final PartitionImage[] partitions = new PartitionImage[placements.count()];
        for (int i = 0; i < partitions.length; i++) {
            placements.next();
            partitions[i] = new PartitionImage(
                    PartitionKeys.key(topicNumber, i), placements.node(), placements.core(), placements.leaderEpoch());
        }
        final TreeMap<String, String> overrides = new TreeMap<>();
        for (final TopicCreatedDecoder.ConfigsDecoder config : record.configs()) {
            overrides.put(config.configName(), config.configValue());
        }
        final TopicImage topic = new TopicImage(topicNumber, record.topicName(), idHigh, idLow);
        topic.partitions(partitions);
        topic.mutableOverrides().putAll(overrides);
        image.resolveConfig(topic);
        image.addTopic(topic);
        image.nextTopicNumber(Math.max(image.nextTopicNumber(), topicNumber + 1));
        listener.onTopicCreated(topic);
        for (final PartitionImage partition : partitions) {
            listener.onPartitionPlaced(topic, partition, -1);
        }
    }

    private void onPartitionsAdded(final PartitionsAddedDecoder record) {
        final TopicImage topic = topicOf(record.topicNumber());
        final int first = record.firstPartition();
        if (first != topic.partitionCount()) {
            throw new IllegalStateException("partitions from " + first + " added to " + topic);
        }
        final PartitionsAddedDecoder.PlacementsDecoder placements = record.placements();
        final PartitionImage[] all = new PartitionImage[first + placements.count()];
        for (int i = 0; i < first; i++) {
            all[i] = topic.partition(i);
        }
        for (int i = first; i < all.length; i++) {
            placements.next();
            all[i] = new PartitionImage(
                    PartitionKeys.key(topic.topicNumber(), i),
                    placements.node(),
                    placements.core(),
                    placements.leaderEpoch());
        }
        image.addPartitions(topic, all);
        for (int i = first; i < all.length; i++) {
            listener.onPartitionPlaced(topic, all[i], -1);
        }
    }

    private void onTopicDeleted(final TopicDeletedDecoder record) {
        final TopicImage topic = topicOf(record.topicNumber());
        image.removeTopic(topic);
        listener.onTopicDeleted(topic);
    }

    private void onPartitionsMoved(final PartitionsMovedDecoder record) {
        for (final PartitionsMovedDecoder.MovesDecoder move : record.moves()) {
            final TopicImage topic = topicOf(move.topicNumber());
            final PartitionImage partition = topic.partition(move.partition());
            if (partition != null && partition.isPlaced(move.node(), move.core(), move.leaderEpoch())) {
                continue; // it took effect ahead of its entry
            }
            if (partition == null || move.leaderEpoch() <= partition.leaderEpoch()) {
                throw new IllegalStateException("bad move of partition " + move.partition() + " of " + topic);
            }
            final int previousCore = partition.ownerNode() == image.nodeId() ? partition.ownerCore() : -1;
            partition.place(move.node(), move.core(), move.leaderEpoch());
            listener.onPartitionPlaced(topic, partition, previousCore);
        }
    }

    private void onEpochsReserved(final EpochsReservedDecoder record) {
        for (final EpochsReservedDecoder.ReservationsDecoder reservation : record.reservations()) {
            final TopicImage topic = topicOf(reservation.topicNumber());
            final PartitionImage partition = topic.partition(reservation.partition());
            if (partition == null) {
                throw new IllegalStateException("epoch for partition " + reservation.partition() + " of " + topic);
            }
            partition.reserve(reservation.leaderEpoch());
        }
    }

    private void onConfigChanged(final ConfigChangedDecoder record) {
        final ResourceType type = ResourceType.of(record.resourceType());
        if (type == null) {
            throw new IllegalStateException("config of unknown resource type " + record.resourceType());
        }
        final TreeMap<String, String> changes = new TreeMap<>();
        for (final ConfigChangedDecoder.ChangesDecoder change : record.changes()) {
            final boolean removed = change.removed() != 0;
            final String name = change.configName();
            final String value = change.configValue();
            changes.put(name, removed ? null : value);
        }
        final String resourceName = record.resourceName();
        if (type == ResourceType.TOPIC) {
            final TopicImage topic = image.topic(resourceName);
            if (topic == null) {
                throw new IllegalStateException("config of unknown topic " + resourceName);
            }
            merge(changes, topic.mutableOverrides());
            image.resolveConfig(topic);
            listener.onTopicConfigChanged(topic);
            return;
        }
        image.overridesChanged(type, resourceName, changes);
        if (type == ResourceType.BROKER) {
            listener.onBrokerConfigChanged();
            for (int i = 0; i < image.topicCount(); i++) {
                listener.onTopicConfigChanged(image.topicAt(i));
            }
        } else {
            listener.onResourceConfigChanged(type, resourceName);
        }
    }

    static void merge(final SortedMap<String, String> changes, final SortedMap<String, String> overrides) {
        changes.forEach((name, value) -> {
            if (value == null) {
                overrides.remove(name);
            } else {
                overrides.put(name, value);
            }
        });
    }

    private TopicImage topicOf(final int topicNumber) {
        final TopicImage topic = image.topicByNumber(topicNumber);
        if (topic == null) {
            throw new IllegalStateException("metadata record for unknown topic number " + topicNumber);
        }
        return topic;
    }
}
