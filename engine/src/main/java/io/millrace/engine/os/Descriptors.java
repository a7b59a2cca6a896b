package io.millrace.engine.os;

import java.nio.channels.SelectableChannel;

/** The system's numbers of the files behind channels, for system calls of one's own. */
public final class Descriptors {
    private Descriptors() {}

    /** Negative if the platform does not tell. */
    public static int of(final SelectableChannel channel) {
        return ChannelInternals.descriptorOf(channel);
    }
}
