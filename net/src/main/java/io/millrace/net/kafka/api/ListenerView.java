package io.millrace.net.kafka.api;

import java.util.Arrays;

/**
 * How one listener's clients see the cluster: maps (node, core), which is all that metadata and engine know, to
 * advertised broker ids and back. On a node listener a broker is a node; on a core listener each core is one, with the
 * id {@code node × 1024 + core + 1}. A listener shows its own ids only. Immutable.
 */
public final class ListenerView {
    static final int CORES_PER_NODE = 1024;

    private final String name;
    private final boolean perCore;
    private final int nodeId;
    private final String host;
    private final int[] ports;

    private ListenerView(
            final String name, final boolean perCore, final int nodeId, final String host, final int[] ports) {
        this.name = name;
        this.perCore = perCore;
        this.nodeId = nodeId;
        this.host = host;
        this.ports = ports;
    }

    /** {@code advertise=node}: one broker. */
    public static ListenerView ofNode(final String name, final int nodeId, final String host, final int port) {
        return new ListenerView(name, false, nodeId, host, new int[] {port});
    }

    /** {@code advertise=core}: a broker for each core, which listens on the port at its index. */
    public static ListenerView ofCores(final String name, final int nodeId, final String host, final int... ports) {
        if (ports.length == 0 || ports.length >= CORES_PER_NODE) {
            throw new IllegalArgumentException(ports.length + " cores: expected 1 to " + (CORES_PER_NODE - 1));
        }
        return new ListenerView(name, true, nodeId, host, ports.clone());
    }

    public String name() {
        return name;
    }

    public boolean isPerCore() {
        return perCore;
    }

    /** The id under which clients of this listener reach a core. */
    public int brokerId(final int node, final int core) {
        return perCore ? node * CORES_PER_NODE + core + 1 : node;
    }

    /** Whether this listener shows a broker of that id. */
    public boolean isKnown(final int brokerId) {
        return nodeOf(brokerId) == nodeId && (!perCore || coreOf(brokerId) < ports.length);
    }

    /**
     * The core that an administrator means by a broker's id: on each listener that of a core, although a listener for the
     * node shows none. The node's own id there, and an id of no core of this node, is -1.
     */
    public int coreWished(final int brokerId, final int coreCount) {
        final int core = coreNamed(brokerId);
        return core < coreCount ? core : -1;
    }

    /** The same, whether the node has that core or not. */
    public int coreNamed(final int brokerId) {
        final boolean isNode = !perCore && brokerId == nodeId;
        return !isNode && Math.floorDiv(brokerId - 1, CORES_PER_NODE) == nodeId
                ? Math.floorMod(brokerId - 1, CORES_PER_NODE)
                : -1;
    }

    /** The node that an advertised id means. */
    public int nodeOf(final int brokerId) {
        return perCore ? Math.floorDiv(brokerId - 1, CORES_PER_NODE) : brokerId;
    }

    /** The core that an advertised id means, or -1 if it means a whole node. */
    public int coreOf(final int brokerId) {
        return perCore ? Math.floorMod(brokerId - 1, CORES_PER_NODE) : -1;
    }

    /** How many brokers this listener shows. */
    public int brokerCount() {
        return ports.length;
    }

    /** Id of the broker at an index below {@link #brokerCount}. */
    public int idAt(final int index) {
        return brokerId(nodeId, index);
    }

    public String hostAt(final int index) {
        return host;
    }

    public int portAt(final int index) {
        return ports[index];
    }

    /** The id shown as controller: that of core 0, which hosts the metadata log. */
    public int controllerId() {
        return brokerId(nodeId, 0);
    }

    @Override
    public String toString() {
        return name + "://" + host + ":" + Arrays.toString(ports) + (perCore ? " per core" : "");
    }
}
