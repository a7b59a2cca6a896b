package io.millrace.net.socket.uring;

/** Tries io_uring for real, on a ring that is thrown away: what forbids it shows at the latest in its use. */
public final class UringProbe {
    private static final int ENTRIES = 8;
    private static final int BUFFER_BYTES = 4096;
    private static final long ROUND_TRIP_NS_MAX = 1_000_000_000L;
    private static final long TOKEN = 0x6d696c6cL;

    private UringProbe() {}

    /** @throws UringException saying what is missing */
    public static void run() throws UringException {
        try (Uring ring = new Uring(ENTRIES, ENTRIES);
                ReceiveBuffers buffers = new ReceiveBuffers(ring, ENTRIES, BUFFER_BYTES)) {
            ring.enable();
            ring.prepare(Uring.OP_NOP, -1, TOKEN);
            ring.enter(ROUND_TRIP_NS_MAX);
            if (ring.available() != 1 || ring.userData(0) != TOKEN || ring.result(0) != 0 || buffers.bytes() == 0) {
                throw new UringException("a round trip through it failed");
            }
        } catch (final LinkageError
                | IllegalArgumentException
                | UnsupportedOperationException
                | IllegalStateException e) {
            throw new UringException("no way to it on this platform (" + e.getMessage() + ")");
        }
    }
}
