package io.millrace.engine.settings;

/**
 * One way in.
 *
 * @param host           address to bind; empty for all
 * @param port           port to bind, 0 for any; of core 0 if {@code perCore}, the others follow
 * @param advertisedHost what clients are told
 * @param advertisedPort what clients are told; 0: the port that was bound; of core 0 if {@code perCore}
 * @param perCore        every core appears as a broker of its own
 */
public record Listener(String name, String host, int port, String advertisedHost, int advertisedPort, boolean perCore) {
    private static final int CORES_MAX = 1024;

    public boolean bindsAll() {
        return host.isEmpty() || "0.0.0.0".equals(host) || "::".equals(host);
    }

    public int portOf(final int core) {
        return perCore && port != 0 ? port + core : port;
    }

    public int advertisedPortOf(final int core) {
        return perCore && advertisedPort != 0 ? advertisedPort + core : advertisedPort;
    }

    /** The id under which clients of this listener know a node, or one of its cores. */
    public int advertisedId(final int nodeId, final int core) {
        return perCore ? nodeId * CORES_MAX + core + 1 : nodeId;
    }

    /** How many ports it takes. */
    int ports(final int coreCount) {
        return perCore ? coreCount : 1;
    }

    /** Largest node id whose cores still have ids. */
    static int nodeIdMax() {
        return Integer.MAX_VALUE / CORES_MAX - 1;
    }
}
