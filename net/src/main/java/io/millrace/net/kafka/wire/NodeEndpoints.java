package io.millrace.net.kafka.wire;

/**
 * Where the leaders that an answer hints at are reached, each node once. Hosts are ASCII. Owned by one core's thread; a
 * node too many is left out, a hint more or less only costs the client a metadata request.
 */
public final class NodeEndpoints {
    private static final int TAG = 0;

    private final int[] nodeIds;
    private final String[] hosts;
    private final int[] ports;
    private int count;

    public NodeEndpoints(final int nodesMax) {
        nodeIds = new int[nodesMax];
        hosts = new String[nodesMax];
        ports = new int[nodesMax];
    }

    public void clear() {
        count = 0;
    }

    public int count() {
        return count;
    }

    /** Adds a node unless it is there already. */
    public void add(final int nodeId, final String host, final int port) {
        for (int i = 0; i < count; i++) {
            if (nodeIds[i] == nodeId) {
                return;
            }
        }
        if (count == nodeIds.length) {
            return;
        }
        nodeIds[count] = nodeId;
        hosts[count] = host;
        ports[count] = port;
        count++;
    }

    /** Ends a message with a section of tagged fields that holds the nodes, if there are any. */
    void writeAsTags(final WireWriter writer) {
        if (count == 0) {
            writer.noTags();
            return;
        }
        writer.unsignedVarint(1);
        writer.tag(TAG, contentBytes());
        writeAsArray(writer);
    }

    /** Writes the nodes where an answer always names them, if only that there is none. */
    public void writeAsArray(final WireWriter writer) {
        writer.arrayLength(true, count);
        for (int i = 0; i < count; i++) {
            writer.int32(nodeIds[i]);
            writer.ascii(true, hosts[i]);
            writer.int32(ports[i]);
            writer.ascii(true, null);
            writer.noTags();
        }
    }

    private int contentBytes() {
        int bytes = WireWriter.varintBytes(count + 1);
        for (int i = 0; i < count; i++) {
            final int host = hosts[i].length();
            bytes += Integer.BYTES + WireWriter.varintBytes(host + 1) + host + Integer.BYTES + 1 + 1;
        }
        return bytes;
    }
}
