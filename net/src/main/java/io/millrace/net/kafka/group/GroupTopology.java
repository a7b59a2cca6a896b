package io.millrace.net.kafka.group;

import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.TopicImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetadataDelta;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetadataImage;

/**
 * The core's copy of the metadata as group machines see it: always the latest. Owned by the core's thread; others, which
 * do a machine's tasks, are shown the topics as they were when the task was handed over.
 */
final class GroupTopology implements CoordinatorMetadataImage {
    private final MetadataImage image;
    private final String rack;
    private Thread owner;
    private volatile Frozen frozen;

    /** The topics of one version. Whose tasks ask for single ones needs an index of them, and makes it. */
    private static final class Frozen {
        private final long version;
        private final TopicImage[] topics;
        private Map<Uuid, TopicImage> byId;
        private Map<String, TopicImage> byName;

        Frozen(final MetadataImage image) {
            version = image.version();
            topics = new TopicImage[image.topicCount()];
            Arrays.setAll(topics, image::topicAt);
        }

        synchronized TopicImage topic(final Uuid id) {
            if (byId == null) {
                byId = new HashMap<>();
                for (final TopicImage topic : topics) {
                    byId.put(idOf(topic), topic);
                }
            }
            return byId.get(id);
        }

        synchronized TopicImage topic(final String name) {
            if (byName == null) {
                byName = new HashMap<>();
                for (final TopicImage topic : topics) {
                    byName.put(topic.name(), topic);
                }
            }
            return byName.get(name);
        }
    }

    GroupTopology(final MetadataImage image, final String rack) {
        this.image = image;
        this.rack = rack;
    }

    private record Topic(TopicImage topic, String rack) implements TopicMetadata {
        @Override
        public String name() {
            return topic.name();
        }

        @Override
        public Uuid id() {
            return idOf(topic);
        }

        @Override
        public int partitionCount() {
            return topic.partitionCount();
        }

        /** A list that may be changed: its reader sorts it. */
        @Override
        public List<String> partitionRacks(final int partition) {
            final List<String> racks = new ArrayList<>();
            if (rack != null) {
                racks.add(rack);
            }
            return racks;
        }
    }

    /** What changed since the machines were told last. */
    record Delta(GroupTopology image, Set<Uuid> created, Set<Uuid> changed, Set<Uuid> deleted)
            implements CoordinatorMetadataDelta {
        @Override
        public Collection<Uuid> createdTopicIds() {
            return created;
        }

        @Override
        public Collection<Uuid> changedTopicIds() {
            return changed;
        }

        @Override
        public Set<Uuid> deletedTopicIds() {
            return deleted;
        }
    }

    /** On the core, before other threads look at the topics. */
    void freeze() {
        owner = Thread.currentThread();
        if (frozen == null || frozen.version != image.version()) {
            frozen = new Frozen(image);
        }
    }

    /** What the calling thread is shown; null on the core, which sees the image itself. */
    @SuppressWarnings("ReferenceEquality") // one thread and no other
    private Frozen shown() {
        final Frozen now = frozen;
        return now == null || Thread.currentThread() == owner ? null : now;
    }

    private TopicImage[] topics() {
        final Frozen shown = shown();
        return shown == null ? new Frozen(image).topics : shown.topics;
    }

    static Uuid idOf(final TopicImage topic) {
        return new Uuid(topic.idHigh(), topic.idLow());
    }

    @Override
    public Set<Uuid> topicIds() {
        final Set<Uuid> ids = new HashSet<>();
        for (final TopicImage topic : topics()) {
            ids.add(idOf(topic));
        }
        return ids;
    }

    @Override
    public Set<String> topicNames() {
        final Set<String> names = new HashSet<>();
        for (final TopicImage topic : topics()) {
            names.add(topic.name());
        }
        return names;
    }

    @Override
    public Optional<TopicMetadata> topicMetadata(final String name) {
        final Frozen shown = shown();
        return found(shown == null ? image.topic(name) : shown.topic(name));
    }

    @Override
    public Optional<TopicMetadata> topicMetadata(final Uuid id) {
        final Frozen shown = shown();
        return found(
                shown == null
                        ? image.topicById(id.getMostSignificantBits(), id.getLeastSignificantBits())
                        : shown.topic(id));
    }

    private Optional<TopicMetadata> found(final TopicImage topic) {
        return topic == null ? Optional.empty() : Optional.of(new Topic(topic, rack));
    }

    @Override
    public CoordinatorMetadataDelta emptyDelta() {
        return new Delta(this, Set.of(), Set.of(), Set.of());
    }

    @Override
    public long version() {
        final Frozen shown = shown();
        return shown == null ? image.version() : shown.version;
    }

    @Override
    public boolean isEmpty() {
        final Frozen shown = shown();
        return shown == null ? image.topicCount() == 0 : shown.topics.length == 0;
    }
}
