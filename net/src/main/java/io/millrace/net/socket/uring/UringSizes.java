package io.millrace.net.socket.uring;

/**
 * What a core's ring holds. All but the send slots are powers of two.
 *
 * @param submissions        that wait until the ring is entered; more enter it earlier
 * @param completions        that wait until they are looked at; more are kept by the kernel
 * @param receiveBuffers     into which small requests come; a connection that finds none is received from by calls
 * @param receiveBufferBytes size of each; who fills one is received from by calls for a while
 * @param sendSlots          answers that wait for the end of a turn; more are sent at once
 * @param sendSlotBytes      size of each; larger answers are sent at once
 */
public record UringSizes(
        int submissions,
        int completions,
        int receiveBuffers,
        int receiveBufferBytes,
        int sendSlots,
        int sendSlotBytes) {
    public static final UringSizes DEFAULTS = new UringSizes(512, 4096, 256, 4096, 256, 8192);
}
