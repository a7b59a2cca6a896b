package io.millrace.engine.metadata;

/**
 * Told by an image, within {@code apply}, what an entry changed; the image already shows it. Not called for what a
 * snapshot or the replay at start brings: there the core walks the image once afterwards.
 */
public interface MetadataListener {
    default void onTopicCreated(final TopicImage topic) {}

    /**
     * A partition exists newly or has a new owner.
     *
     * @param previousCore core of this node that owned it before, or -1 if it is new here
     */
    default void onPartitionPlaced(final TopicImage topic, final PartitionImage partition, final int previousCore) {}

    /** The topic is no longer found in the image; its number never comes back. */
    default void onTopicDeleted(final TopicImage topic) {}

    /** {@link TopicImage#config} is a new object, by the topic's own overrides or by a broker setting it follows. */
    default void onTopicConfigChanged(final TopicImage topic) {}

    /** Dynamic broker settings changed: {@link MetadataImage#settings} holds the values in force. */
    default void onBrokerConfigChanged() {}

    /** Configs of a resource that is neither a topic nor a broker changed: a group, or what clients' metrics are wanted. */
    default void onResourceConfigChanged(final ResourceType type, final String resourceName) {}
}
