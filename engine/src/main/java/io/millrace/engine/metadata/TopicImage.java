package io.millrace.engine.metadata;

import io.millrace.engine.settings.TopicConfig;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** One topic as a core knows it. Read by its core's thread; changed by the image alone. */
public final class TopicImage {
    private final int topicNumber;
    private final String name;
    private final DirectBuffer nameBytes;
    private final long idHigh;
    private final long idLow;
    private final TreeMap<String, String> overrides = new TreeMap<>();
    private PartitionImage[] partitions;
    private TopicConfig config;

    TopicImage(final int topicNumber, final String name, final long idHigh, final long idLow) {
        this.topicNumber = topicNumber;
        this.name = name;
        this.nameBytes = new UnsafeBuffer(name.getBytes(StandardCharsets.UTF_8));
        this.idHigh = idHigh;
        this.idLow = idLow;
        this.partitions = new PartitionImage[0];
    }

    public int topicNumber() {
        return topicNumber;
    }

    public String name() {
        return name;
    }

    /** The name in UTF-8, ready to be copied into a response. */
    public DirectBuffer nameBytes() {
        return nameBytes;
    }

    public long idHigh() {
        return idHigh;
    }

    public long idLow() {
        return idLow;
    }

    public int partitionCount() {
        return partitions.length;
    }

    /** Returns null if there is no such partition. */
    public PartitionImage partition(final int partition) {
        return partition >= 0 && partition < partitions.length ? partitions[partition] : null;
    }

    /** The values in force, parsed: overrides over broker settings over defaults. A change brings a new object. */
    public TopicConfig config() {
        return config;
    }

    /** What was set on the topic itself, by name. */
    public SortedMap<String, String> overrides() {
        return Collections.unmodifiableSortedMap(overrides);
    }

    TreeMap<String, String> mutableOverrides() {
        return overrides;
    }

    void partitions(final PartitionImage[] newPartitions) {
        partitions = newPartitions;
    }

    void config(final TopicConfig newConfig) {
        config = newConfig;
    }

    @Override
    public String toString() {
        return name + "#" + topicNumber + " (" + partitions.length + " partitions)";
    }
}
