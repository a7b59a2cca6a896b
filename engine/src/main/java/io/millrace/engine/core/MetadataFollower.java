package io.millrace.engine.core;

import io.millrace.codec.core.MetadataAppliedEncoder;
import io.millrace.codec.core.MetadataEntryDecoder;
import io.millrace.engine.log.PartitionDirectory;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.MetadataListener;
import io.millrace.engine.metadata.MetadataStateMachine;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.ResourceType;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.partition.Partitions;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.status.PlantedBug;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A core's own copy of the metadata: applies each committed entry in order, opens and deletes what the core owns of it,
 * and says so once that is done. Owned by the core's thread.
 */
final class MetadataFollower implements MetadataListener {
    private final MetadataEntryDecoder entry = new MetadataEntryDecoder();
    private final MetadataAppliedEncoder applied = new MetadataAppliedEncoder();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[MetadataAppliedEncoder.BLOCK_LENGTH]);
    private final UnsafeBuffer entryBytes = new UnsafeBuffer(0, 0);
    private final int core;
    private final MetadataStateMachine machine;
    private final Partitions partitions;
    private final CoreProxy[] proxies;
    private final PartitionRetries retries;
    private final List<MetadataListener> listeners = new ArrayList<>();
    private Pending pending;

    /** What one entry still waits for on this core. */
    private static final class Pending {
        private final Runnable done;
        private int count = 1;

        Pending(final Runnable done) {
            this.done = done;
        }

        void ended() {
            if (--count == 0) {
                done.run();
            }
        }
    }

    MetadataFollower(
            final int core,
            final MetadataStateMachine machine,
            final Partitions partitions,
            final CoreProxy[] proxies,
            final PartitionRetries retries,
            final MessageRoutes routes) {
        this.core = core;
        this.machine = machine;
        this.partitions = partitions;
        this.proxies = proxies;
        this.retries = retries;
        machine.listener(this);
        routes.add(MetadataEntryDecoder.TEMPLATE_ID, this::onEntry);
    }

    /** Also tells others of this core, after the partitions were looked after. */
    void addListener(final MetadataListener listener) {
        listeners.add(listener);
    }

    MetadataImage image() {
        return machine.image();
    }

    private void onEntry(final int from, final DirectBuffer body, final int offset, final int length) {
        entry.wrap(body, offset, MetadataEntryDecoder.BLOCK_LENGTH, MetadataEntryDecoder.SCHEMA_VERSION);
        final long correlation = entry.correlation();
        final long index = entry.entryIndex();
        entry.wrapEntry(entryBytes);
        apply(index, entryBytes, 0, entryBytes.capacity(), () -> {
            applied.wrap(buffer, 0).correlation(correlation).entryIndex(index);
            proxies[from].reply(MetadataAppliedEncoder.TEMPLATE_ID, buffer, applied.limit());
        });
    }

    /** Applies an entry, or what is to be one; {@code done} runs when this core has opened and deleted all that it owns of it. */
    void apply(final long index, final DirectBuffer bytes, final int offset, final int length, final Runnable done) {
        final Pending ofEntry = new Pending(done);
        pending = ofEntry;
        if (index == MetadataHost.AHEAD) {
            machine.applyAhead(bytes, offset, length);
        } else {
            machine.apply(index, bytes, offset, length);
        }
        pending = null;
        ofEntry.ended();
    }

    @Override
    public void onTopicCreated(final TopicImage topic) {
        for (final MetadataListener listener : listeners) {
            listener.onTopicCreated(topic);
        }
    }

    @Override
    public void onPartitionPlaced(final TopicImage topic, final PartitionImage partition, final int previousCore) {
        final boolean isHere = partition.ownerNode() == machine.image().nodeId() && partition.ownerCore() == core;
        if (previousCore >= 0) {
            if (previousCore == core) {
                partitions.moveAway(partition.partitionKey());
            } else if (isHere) {
                if (PlantedBug.MOVE_FORGOTTEN.isPlanted()) {
                    partitions.discard(partition.partitionKey());
                    return;
                }
                partitions.moveIn(partition.partitionKey(), topic.config());
            }
        } else if (isHere) {
            final Pending ofEntry = pending;
            ofEntry.count++;
            create(topic, partition, ofEntry::ended);
        }
        for (final MetadataListener listener : listeners) {
            listener.onPartitionPlaced(topic, partition, previousCore);
        }
    }

    /** A disk that cannot make the directory now does not hold up the cluster: the partition is opened later. */
    private void create(final TopicImage topic, final PartitionImage partition, final Runnable attempted) {
        partitions.create(
                partition.partitionKey(),
                partition.leaderEpoch(),
                PartitionDirectory.nameOf(topic.name(), partition.partition()),
                topic.config(),
                topic.idHigh(),
                topic.idLow(),
                status -> {
                    if (status != DiskStatus.OK) {
                        retries.add(() -> {
                            final TopicImage now = machine.image().topicByNumber(topic.topicNumber());
                            if (now != null) {
                                create(now, partition, () -> {});
                            }
                        });
                    }
                    attempted.run();
                });
    }

    @Override
    public void onTopicDeleted(final TopicImage topic) {
        final Pending ofEntry = pending;
        for (int i = 0; i < topic.partitionCount(); i++) {
            final PartitionImage partition = topic.partition(i);
            partitions.forgetMoved(partition.partitionKey());
            if (partition.ownerNode() == machine.image().nodeId() && partition.ownerCore() == core) {
                ofEntry.count++;
                partitions.delete(partition.partitionKey(), status -> ofEntry.ended());
            }
        }
        for (final MetadataListener listener : listeners) {
            listener.onTopicDeleted(topic);
        }
    }

    @Override
    public void onTopicConfigChanged(final TopicImage topic) {
        for (int i = 0; i < topic.partitionCount(); i++) {
            partitions.updateConfig(topic.partition(i).partitionKey(), topic.config());
        }
        for (final MetadataListener listener : listeners) {
            listener.onTopicConfigChanged(topic);
        }
    }

    @Override
    public void onBrokerConfigChanged() {
        for (final MetadataListener listener : listeners) {
            listener.onBrokerConfigChanged();
        }
    }

    @Override
    public void onResourceConfigChanged(final ResourceType type, final String resourceName) {
        for (final MetadataListener listener : listeners) {
            listener.onResourceConfigChanged(type, resourceName);
        }
    }

    Settings settings() {
        return machine.image().settings();
    }
}
