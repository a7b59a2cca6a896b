package io.millrace.net.kafka.produce;

import io.millrace.engine.metadata.TopicImage;
import org.agrona.DirectBuffer;

/** Topics that the broker writes itself: no client may, Kafka's tools neither, for their logs are the coordinators'. */
final class InternalTopics {
    private static final byte UNDERSCORE = '_';

    private InternalTopics() {}

    static boolean refuses(final TopicImage topic) {
        final DirectBuffer name = topic.nameBytes();
        return name.capacity() > 2
                && name.getByte(0) == UNDERSCORE
                && name.getByte(1) == UNDERSCORE
                && isInternal(topic.name());
    }

    private static boolean isInternal(final String name) {
        return switch (name) {
            case "__consumer_offsets", "__transaction_state", "__share_group_state" -> true;
            default -> false;
        };
    }
}
