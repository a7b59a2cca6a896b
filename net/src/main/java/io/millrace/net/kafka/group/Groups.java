package io.millrace.net.kafka.group;

import io.millrace.engine.coordinator.CoordinatorHost;
import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.Feature;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.ResourceType;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.port.Housekeeping;
import io.millrace.engine.settings.CoordinatorSettings;
import io.millrace.net.kafka.coordinator.Answer;
import io.millrace.net.kafka.coordinator.Coordinators;
import io.millrace.net.kafka.coordinator.MarkerSink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorShardBuilder;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorShard;
import org.apache.kafka.coordinator.group.GroupCoordinatorShard.DeletedTopic;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;

/** The group coordinators of one core, and what they share. Made when the internal topic appears; owned by the core. */
public final class Groups extends Coordinators<GroupMachine> {
    private static final Answer<Void> NOBODY = new Answer<>() {
        @Override
        public void onAnswer(final Void nothing) {}

        @Override
        public void onError(final Errors error, final String message) {}
    };

    private final GroupTopology topology;
    private final GroupTime time;
    private final Set<Uuid> created = new HashSet<>();
    private final Set<Uuid> changed = new HashSet<>();
    private final Map<Uuid, String> deleted = new HashMap<>();
    private final Map<String, String> settings;
    private final List<String> protocols;
    private Shared shared;
    private OffsetAdmission admission;
    private boolean deltaAsked;

    /** Loaded late: most brokers on a laptop never see a group. */
    private record Shared(
            LiveSettings live, GroupCoordinatorConfig config, GroupConfigManager groupConfigs, GroupMetrics metrics) {}

    public Groups(final Core core, final Map<String, String> settings, final String rack) {
        super(core, Topic.GROUP_METADATA_TOPIC_NAME, Groups.class);
        this.settings = Map.copyOf(settings);
        protocols = List.copyOf(core.image().settings().listOf(CoordinatorSettings.REBALANCE_PROTOCOLS));
        topology = new GroupTopology(core.image(), rack);
        time = new GroupTime(core);
    }

    @Override
    protected GroupMachine newMachine(final int partition, final CoordinatorHost host) {
        return new GroupMachine(this, core(), partition, host);
    }

    private Shared shared() {
        if (shared == null) {
            final LiveSettings live = new LiveSettings(settings);
            final GroupCoordinatorConfig config = new GroupCoordinatorConfig(live);
            shared = new Shared(
                    live,
                    config,
                    new GroupConfigManager(config, ShareGroupConfig.fromProps(settings)),
                    new GroupMetrics());
            core().image().resources(ResourceType.GROUP).forEach(this::follow);
            onBrokerConfigChanged();
        }
        return shared;
    }

    @Override
    public void onBrokerConfigChanged() {
        if (shared != null) {
            shared.live().follow(CoordinatorSettings.ofGroups(core().image().settings()));
        }
    }

    @Override
    public void onResourceConfigChanged(final ResourceType type, final String resourceName) {
        if (type == ResourceType.GROUP && shared != null) {
            follow(resourceName);
        }
    }

    /** From its members' next heartbeats on the group keeps to what is set on it. */
    private void follow(final String group) {
        final Properties own = new Properties();
        own.putAll(core().image().overrides(ResourceType.GROUP, group));
        shared.groupConfigs().updateGroupConfig(group, own);
    }

    /** Whether operators let groups have the protocol of KIP-848. */
    boolean servesConsumerProtocol() {
        return protocols.contains("consumer") && Feature.GROUP_VERSION.level(core().image()) > 0;
    }

    /** Whether operators let members of streams programs have groups of their own kind, KIP-1071. */
    boolean servesStreams() {
        return protocols.contains("streams") && Feature.STREAMS_VERSION.level(core().image()) > 0;
    }

    /** How many partitions the topic has, 0 if there is none of that name. */
    int partitionCount(final String topic) {
        final TopicImage found = core().image().topic(topic);
        return found == null ? 0 : found.partitionCount();
    }

    /** How often members of a streams group are told to report. */
    int streamsHeartbeatMs(final String group) {
        return shared().groupConfigs()
                .groupConfig(group)
                .flatMap(GroupConfig::streamsHeartbeatIntervalMs)
                .orElseGet(() -> config().streamsGroupHeartbeatIntervalMs());
    }

    /** Whether operators let groups share records. */
    boolean servesShares() {
        return Feature.SHARE_VERSION.level(core().image()) > 0;
    }

    GroupCoordinatorConfig config() {
        return shared().config();
    }

    CoordinatorShardBuilder<GroupCoordinatorShard, CoordinatorRecord> newShard() {
        return new GroupCoordinatorShard.Builder(shared().config(), shared().groupConfigs())
                .withAuthorizerPlugin(Optional.empty())
                .withTime(time)
                .withCoordinatorMetrics(shared().metrics());
    }

    /** How offsets become part of transactions; before the first cycle. */
    public void admission(final OffsetAdmission newAdmission) {
        admission = newAdmission;
    }

    OffsetAdmission admission() {
        return admission;
    }

    Housekeeping housekeeping() {
        return core().housekeeping();
    }

    GroupTopology topology() {
        return topology;
    }

    /** What one batch may take, in bytes. */
    int batchBytesMax() {
        final TopicImage topic = core().image().topic(topicName());
        return topic == null ? 1 << 20 : topic.config().maxMessageBytes();
    }

    /** Ends a producer's transaction in a partition of the offsets topic; told on this core. */
    public void mark(final int partition, final MarkerSink.Marker marker, final Consumer<Errors> told) {
        ask(partition, (machine, answer) -> machine.mark(marker, answer), new Answer<Void>() {
            @Override
            public void onAnswer(final Void nothing) {
                told.accept(Errors.NONE);
            }

            @Override
            public void onError(final Errors error, final String message) {
                told.accept(error);
            }
        });
    }

    // News of topics: gathered over a duty cycle

    @Override
    public void onTopicCreated(final TopicImage topic) {
        created.add(GroupTopology.idOf(topic));
        askForDelta();
    }

    @Override
    public void onPartitionPlaced(final TopicImage topic, final PartitionImage partition, final int previousCore) {
        super.onPartitionPlaced(topic, partition, previousCore);
        changed.add(GroupTopology.idOf(topic));
        askForDelta();
    }

    @Override
    public void onTopicDeleted(final TopicImage topic) {
        super.onTopicDeleted(topic);
        deleted.put(GroupTopology.idOf(topic), topic.name());
        askForDelta();
    }

    private void askForDelta() {
        if (!deltaAsked) {
            deltaAsked = true;
            later(this::tellDelta);
        }
    }

    private void tellDelta() {
        deltaAsked = false;
        // A new topic counts among the changed ones: of these alone groups hear that wait for it.
        changed.addAll(created);
        final GroupTopology.Delta delta = new GroupTopology.Delta(
                topology, Set.copyOf(created), Set.copyOf(changed), Set.copyOf(deleted.keySet()));
        final List<DeletedTopic> gone = new ArrayList<>();
        deleted.forEach((id, name) -> gone.add(new DeletedTopic(id, name)));
        created.clear();
        changed.clear();
        deleted.clear();
        forEachActive(machine -> {
            machine.shard().onMetadataUpdate(delta, topology);
            if (!gone.isEmpty()) {
                machine.write("topics deleted", () -> machine.shard().onTopicsDeleted(gone), NOBODY);
                machine.write(
                        "maybe-cleanup-share-group-state",
                        () -> machine.shard().maybeCleanupShareGroupState(delta.deletedTopicIds()),
                        NOBODY);
            }
        });
    }
}
