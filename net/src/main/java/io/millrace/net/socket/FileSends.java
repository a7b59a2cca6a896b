package io.millrace.net.socket;

import java.nio.channels.SelectableChannel;

/**
 * How the system sends from a file to a socket by their numbers, in one call where a channel's transfer first asks what
 * they are. Handed in: of real systems the composition root alone knows.
 */
public interface FileSends {
    /** For systems that cannot. */
    FileSends NONE = new FileSends() {
        @Override
        public int descriptorOf(final SelectableChannel channel) {
            return -1;
        }

        @Override
        public long send(final int socket, final int file, final long position, final long length) {
            return -1;
        }
    };

    /** Negative if the system does not tell, or cannot send so. */
    int descriptorOf(SelectableChannel channel);

    /**
     * Sends what fits.
     *
     * @param position address of where in the file to begin, which the call moves on
     * @return bytes sent, or −1 for whatever reason: the channel's own transfer tells it
     */
    long send(int socket, int file, long position, long length);
}
