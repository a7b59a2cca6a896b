package io.millrace.net.kafka.group;

import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.TopicImage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetadataDelta;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetadataImage;

/** The core's copy of the metadata as group machines see it: always the latest. Owned by the core's thread. */
final class GroupTopology implements CoordinatorMetadataImage {
    private final MetadataImage image;
    private final String rack;

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

    static Uuid idOf(final TopicImage topic) {
        return new Uuid(topic.idHigh(), topic.idLow());
    }

    @Override
    public Set<Uuid> topicIds() {
        final Set<Uuid> ids = new HashSet<>();
        for (int i = 0; i < image.topicCount(); i++) {
            ids.add(idOf(image.topicAt(i)));
        }
        return ids;
    }

    @Override
    public Set<String> topicNames() {
        final Set<String> names = new HashSet<>();
        for (int i = 0; i < image.topicCount(); i++) {
            names.add(image.topicAt(i).name());
        }
        return names;
    }

    @Override
    public Optional<TopicMetadata> topicMetadata(final String name) {
        return found(image.topic(name));
    }

    @Override
    public Optional<TopicMetadata> topicMetadata(final Uuid id) {
        return found(image.topicById(id.getMostSignificantBits(), id.getLeastSignificantBits()));
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
        return image.version();
    }

    @Override
    public boolean isEmpty() {
        return image.topicCount() == 0;
    }
}
