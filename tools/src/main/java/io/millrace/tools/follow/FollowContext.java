package io.millrace.tools.follow;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * What to follow, and where to.
 *
 * @param aeronDirectory null for one of its own in memory
 * @param once end as soon as the copy holds what was committed when it had caught up
 */
public record FollowContext(
        InetSocketAddress from, String topic, int partition, Path dataDirectory, Path aeronDirectory, boolean once) {
    private static final int PORT_MAX = 65_535;
    /** What Kafka allows in the name of a topic: here it also becomes the name of a directory. */
    private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

    /** @throws IllegalArgumentException for what no topic and no partition is called */
    public FollowContext {
        if (!TOPIC.matcher(topic).matches() || topic.equals(".") || topic.equals("..")) {
            throw new IllegalArgumentException("--topic " + topic + ": expected the name of a topic");
        }
        if (partition < 0) {
            throw new IllegalArgumentException("--partition " + partition + ": expected 0 or more");
        }
    }

    /**
     * Understands {@code HOST:PORT}, also {@code [::1]:PORT}.
     *
     * @throws IllegalArgumentException if it is not that
     */
    public static InetSocketAddress address(final String text) {
        final int colon = text.lastIndexOf(':');
        try {
            final int port = Integer.parseInt(text.substring(colon + 1));
            if (colon > 0 && port > 0 && port <= PORT_MAX) {
                return new InetSocketAddress(text.substring(0, colon), port);
            }
        } catch (final NumberFormatException notAPort) {
            // told below
        }
        throw new IllegalArgumentException("--from " + text + ": expected HOST:PORT, such as 127.0.0.1:9092");
    }
}
