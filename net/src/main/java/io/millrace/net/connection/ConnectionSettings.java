package io.millrace.net.connection;

/**
 * How connections of one core behave.
 *
 * @param frameBytesMax   largest request, {@code socket.request.max.bytes}
 * @param idleMs          silence after which a connection is closed, {@code connections.max.idle.ms}
 * @param inFlightMax     requests of one connection that are read before the first is answered and sent
 * @param unsentBytesMax  bytes of answers that may wait for a slow reader before its requests are no longer read
 * @param leaseBytesMin   size below which a piece of a file that waits for a slow reader is copied, so as not to be lent
 * @param memoryGraceMs   how long a connection may starve for memory before the frame longest without progress goes
 */
public record ConnectionSettings(
        int frameBytesMax, long idleMs, int inFlightMax, int unsentBytesMax, int leaseBytesMin, long memoryGraceMs) {
    public static final ConnectionSettings DEFAULTS =
            new ConnectionSettings(100 * 1024 * 1024, 600_000, 64, 1024 * 1024, 16 * 1024, 500);

    public ConnectionSettings {
        expectPositive("socket.request.max.bytes", frameBytesMax);
        expectPositive("in-flight requests", inFlightMax);
        expectPositive("unsent bytes", unsentBytesMax);
        if (Integer.bitCount(inFlightMax) != 1) {
            throw new IllegalArgumentException("in-flight requests " + inFlightMax + ": expected a power of two");
        }
    }

    private static void expectPositive(final String name, final long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " " + value + ": expected a positive number");
        }
    }

    public ConnectionSettings withFrameBytesMax(final int bytes) {
        return new ConnectionSettings(bytes, idleMs, inFlightMax, unsentBytesMax, leaseBytesMin, memoryGraceMs);
    }

    public ConnectionSettings withIdleMs(final long ms) {
        return new ConnectionSettings(frameBytesMax, ms, inFlightMax, unsentBytesMax, leaseBytesMin, memoryGraceMs);
    }

    public ConnectionSettings withLeaseBytesMin(final int bytes) {
        return new ConnectionSettings(frameBytesMax, idleMs, inFlightMax, unsentBytesMax, bytes, memoryGraceMs);
    }
}
