package io.millrace.engine.os;

import java.nio.channels.SelectableChannel;

/** The system's numbers of the files behind channels, for system calls of one's own. */
public final class Descriptors {
    private Descriptors() {}

    /** Negative if the platform does not tell. */
    public static int of(final SelectableChannel channel) {
        return ChannelInternals.descriptorOf(channel);
    }

    /** Whether {@link #sendFile} works here. */
    public static boolean canSendFile() {
        return Posix.CAN_SEND;
    }

    /**
     * Sends from a file to a socket, without the calls by which a channel first finds out what they are.
     *
     * @param position address of where in the file to begin, which the call moves on
     * @return bytes sent, or −1 for whatever reason: the channel's own transfer tells it
     */
    public static long sendFile(final int socket, final int file, final long position, final long length) {
        return Posix.sendFile(socket, file, position, length);
    }
}
