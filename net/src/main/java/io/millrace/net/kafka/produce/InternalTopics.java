package io.millrace.net.kafka.produce;

import io.millrace.engine.metadata.TopicImage;
import io.millrace.net.kafka.api.RequestHeader;
import org.agrona.DirectBuffer;

/** Topics that the broker writes itself: clients may not, but for Kafka's own tools under their agreed client id. */
final class InternalTopics {
    private static final byte UNDERSCORE = '_';
    private static final String TOOLS_CLIENT_ID = "__admin_client";

    private InternalTopics() {}

    static boolean refuses(final TopicImage topic, final DirectBuffer frame, final RequestHeader header) {
        final DirectBuffer name = topic.nameBytes();
        return name.capacity() > 2
                && name.getByte(0) == UNDERSCORE
                && name.getByte(1) == UNDERSCORE
                && isInternal(topic.name())
                && (hasCoordinators(topic.name()) || !isTool(frame, header));
    }

    private static boolean isInternal(final String name) {
        return switch (name) {
            case "__consumer_offsets", "__transaction_state", "__share_group_state" -> true;
            default -> false;
        };
    }

    /** Their logs are the coordinators' own: whatever else lay there, they could not be read any more. */
    private static boolean hasCoordinators(final String name) {
        return name.equals("__consumer_offsets") || name.equals("__transaction_state");
    }

    private static boolean isTool(final DirectBuffer frame, final RequestHeader header) {
        if (header.clientIdLength() != TOOLS_CLIENT_ID.length()) {
            return false;
        }
        for (int i = 0; i < TOOLS_CLIENT_ID.length(); i++) {
            if (frame.getByte(header.clientIdOffset() + i) != TOOLS_CLIENT_ID.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
