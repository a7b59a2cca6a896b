package io.millrace.engine.metadata;

import io.millrace.engine.settings.Settings;
import io.millrace.engine.settings.TopicConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * All metadata, as of the last entry applied. Every core has its own, changed only by its {@link MetadataStateMachine},
 * read by its thread alone. Lookups do not allocate.
 */
public final class MetadataImage {
    private final int nodeId;
    private final Settings startSettings;
    private final TopicTable table = new TopicTable();
    private final Int2ObjectHashMap<TopicImage> byNumber = new Int2ObjectHashMap<>();
    private final ArrayList<TopicImage> inOrder = new ArrayList<>();
    private final ResourceOverrides overrides = new ResourceOverrides();
    private final TreeMap<Integer, Integer> coreCounts = new TreeMap<>();
    private Settings settings;
    private int nextTopicNumber = 1;
    private long nextProducerId;
    private long version;
    private int partitionCount;

    /**
     * @param nodeId        the node this image is read on
     * @param startSettings the values given at start, below all dynamic ones
     */
    public MetadataImage(final int nodeId, final Settings startSettings) {
        this.nodeId = nodeId;
        this.startSettings = startSettings;
        this.settings = startSettings;
    }

    /** Index of the last entry applied, 0 before the first. */
    public long version() {
        return version;
    }

    public int nodeId() {
        return nodeId;
    }

    /** Returns null if there is no such topic; so do the other lookups. */
    public TopicImage topic(final String name) {
        return table.find(name);
    }

    /** By the UTF-8 bytes of the name, where they lie. */
    public TopicImage topic(final DirectBuffer buffer, final int offset, final int length) {
        return table.find(buffer, offset, length);
    }

    public TopicImage topicById(final long idHigh, final long idLow) {
        return table.find(idHigh, idLow);
    }

    public TopicImage topicByNumber(final int topicNumber) {
        return byNumber.get(topicNumber);
    }

    public PartitionImage partition(final long partitionKey) {
        final TopicImage topic = byNumber.get(PartitionKeys.topicNumber(partitionKey));
        return topic == null ? null : topic.partition(PartitionKeys.partition(partitionKey));
    }

    public int topicCount() {
        return inOrder.size();
    }

    /** Topics in the order of their creation. */
    public TopicImage topicAt(final int position) {
        return inOrder.get(position);
    }

    /** Partitions of all topics together. */
    public int partitionCount() {
        return partitionCount;
    }

    /** The broker's settings in force: dynamic ones over those given at start over defaults. */
    public Settings settings() {
        return settings;
    }

    /** The values given at start, without dynamic ones. */
    public Settings startSettings() {
        return startSettings;
    }

    /** Dynamic overrides by name of one broker resource: a node id in decimal, or "" for all brokers. */
    public SortedMap<String, String> brokerOverrides(final String resourceName) {
        return overrides.of(ResourceType.BROKER, resourceName);
    }

    /** Overrides by name of one resource that is no topic. */
    public SortedMap<String, String> overrides(final ResourceType type, final String resourceName) {
        return overrides.of(type, resourceName);
    }

    /** Names of such resources of a type with overrides, in order. */
    public List<String> resources(final ResourceType type) {
        return overrides.names(type);
    }

    /** The first of {@link #resources}, or null if there is none. */
    public String firstResource(final ResourceType type) {
        return overrides.firstName(type);
    }

    /** The last of {@link #resources}, or null if there is none. */
    public String lastResource(final ResourceType type) {
        return overrides.lastName(type);
    }

    public long nextProducerId() {
        return nextProducerId;
    }

    public int nextTopicNumber() {
        return nextTopicNumber;
    }

    /** How many cores the node had when it last started, 0 if it never did. */
    public int coreCount(final int node) {
        final Integer count = coreCounts.get(node);
        return count == null ? 0 : count;
    }

    SortedMap<Integer, Integer> coreCounts() {
        return coreCounts;
    }

    // What follows is for the state machine.

    void clear() {
        while (!inOrder.isEmpty()) {
            removeTopic(inOrder.getLast());
        }
        overrides.clear();
        coreCounts.clear();
        settings = startSettings;
        nextTopicNumber = 1;
        nextProducerId = 0;
        version = 0;
    }

    void version(final long newVersion) {
        version = newVersion;
    }

    void nextTopicNumber(final int next) {
        nextTopicNumber = next;
    }

    void nextProducerId(final long next) {
        if (next < nextProducerId) {
            throw new IllegalStateException("producer ids run backwards: " + nextProducerId + " to " + next);
        }
        nextProducerId = next;
    }

    void coreCount(final int node, final int count) {
        coreCounts.put(node, count);
    }

    void addTopic(final TopicImage topic) {
        if (table.find(topic.name()) != null || table.find(topic.idHigh(), topic.idLow()) != null) {
            throw new IllegalStateException(topic + " exists already");
        }
        table.add(topic);
        byNumber.put(topic.topicNumber(), topic);
        inOrder.add(topic);
        partitionCount += topic.partitionCount();
    }

    void addPartitions(final TopicImage topic, final PartitionImage[] all) {
        partitionCount += all.length - topic.partitionCount();
        topic.partitions(all);
    }

    void removeTopic(final TopicImage topic) {
        table.remove(topic);
        byNumber.remove(topic.topicNumber());
        inOrder.remove(topic);
        partitionCount -= topic.partitionCount();
    }

    void resolveConfig(final TopicImage topic) {
        topic.config(TopicConfig.resolve(topic.mutableOverrides(), settings));
    }

    /** Null values remove. */
    void overridesChanged(final ResourceType type, final String resourceName, final SortedMap<String, String> changes) {
        overrides.merge(type, resourceName, changes);
        if (type == ResourceType.BROKER) {
            brokerOverridesChanged();
        }
    }

    private void brokerOverridesChanged() {
        settings = startSettings.withDynamic(brokerOverrides(""), brokerOverrides(Integer.toString(nodeId)));
        for (int i = 0; i < inOrder.size(); i++) {
            resolveConfig(inOrder.get(i));
        }
    }
}
