package io.millrace.net.broker;

import io.millrace.engine.log.BlockingDisk;
import io.millrace.engine.log.Checkpoints;
import io.millrace.engine.log.PartitionDirectory;
import io.millrace.engine.metadata.FileMetadataLog;
import io.millrace.engine.port.Entropy;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;

/**
 * Whose data directory it is, as {@code meta.properties} says in Kafka's form. Established at start, blocking; knows
 * ports only.
 */
public record NodeIdentity(String clusterId, int nodeId, String directoryId) {
    private static final String VERSION = "version";
    private static final String VERSION_KNOWN = "1";
    private static final String CLUSTER_ID = "cluster.id";
    private static final String NODE_ID = "node.id";
    private static final String DIRECTORY_ID = "directory.id";

    /**
     * Reads the identity, or gives a new directory one.
     *
     * @throws BrokerException if the directory belongs to another node, or to Apache Kafka
     */
    public static NodeIdentity establish(final BlockingDisk disk, final int nodeId, final Entropy entropy) {
        final Map<String, String> properties = Checkpoints.readMetaProperties(disk);
        refuseForeign(disk);
        if (properties == null) {
            final NodeIdentity fresh = new NodeIdentity(newId(entropy), nodeId, newId(entropy));
            fresh.write(disk);
            return fresh;
        }
        if (!VERSION_KNOWN.equals(properties.get(VERSION))) {
            throw new BrokerException(
                    "meta.properties: version is " + properties.get(VERSION) + ", expected " + VERSION_KNOWN);
        }
        final String owner = properties.get(NODE_ID);
        if (!Integer.toString(nodeId).equals(owner)) {
            throw new BrokerException("meta.properties: the data directory belongs to node " + owner + ", this is node "
                    + nodeId + " (--node-id " + owner + ", or another --data-dir)");
        }
        final String clusterId = properties.get(CLUSTER_ID);
        if (clusterId == null || clusterId.isEmpty()) {
            throw new BrokerException("meta.properties: cluster.id is missing");
        }
        final NodeIdentity known = new NodeIdentity(clusterId, nodeId, properties.get(DIRECTORY_ID));
        if (known.directoryId != null) {
            return known;
        }
        final NodeIdentity complete = new NodeIdentity(clusterId, nodeId, newId(entropy));
        complete.write(disk);
        return complete;
    }

    /** Partitions without our metadata are somebody else's, or ours and in need of help: neither is to be renamed. */
    private static void refuseForeign(final BlockingDisk disk) {
        final List<String> names = disk.list("");
        if (names.contains(FileMetadataLog.FILE)) {
            return;
        }
        for (final String name : names) {
            if (PartitionDirectory.parse(name) != null) {
                throw new BrokerException("the data directory holds " + name + " but no " + FileMetadataLog.FILE
                        + ": it was written by Apache Kafka, or its metadata is lost; nothing was touched");
            }
        }
    }

    private void write(final BlockingDisk disk) {
        final Map<String, String> properties = new TreeMap<>();
        properties.put(VERSION, VERSION_KNOWN);
        properties.put(CLUSTER_ID, clusterId);
        properties.put(NODE_ID, Integer.toString(nodeId));
        properties.put(DIRECTORY_ID, directoryId);
        Checkpoints.writeMetaProperties(disk, properties);
    }

    /** Kafka's tools take an argument that begins with a dash for an option. */
    private static String newId(final Entropy entropy) {
        while (true) {
            final String id = new Uuid(entropy.nextLong(), entropy.nextLong()).toString();
            if (!id.startsWith("-")) {
                return id;
            }
        }
    }
}
