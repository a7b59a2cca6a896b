package io.millrace.perf.workload;

import io.millrace.perf.client.RawRequests;
import io.millrace.perf.client.Requests;
import io.millrace.perf.client.Topics;
import io.millrace.perf.server.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Map;

/**
 * A topic that holds data before a workload looks at it: requests of 60 records of 1 KB each, acks=all, one connection
 * a partition.
 *
 * @param requests how many requests are written, over all partitions
 * @param configs the topic's configuration
 */
record FilledTopic(String name, int partitions, long requests, Map<String, String> configs) {
    private static final int RECORDS = 60;
    private static final int RECORD_BYTES = 1_000;
    private static final int IN_FLIGHT = 2;
    private static final short ALL = -1;

    static final int REQUEST_BYTES = RECORDS * RECORD_BYTES;

    /** Of values. */
    long bytes() {
        return requests * REQUEST_BYTES;
    }

    /** Creates the topic, fills it, and has server and kernel forget it: the server is another process then. */
    void writeCold(final Server server) throws Exception {
        final long usable = Files.getFileStore(server.dataFolder()).getUsableSpace();
        if (usable < bytes() + bytes() / 10) {
            throw new IOException(String.format(
                    Locale.ROOT,
                    "%.1f GB of cold data do not fit into %.1f GB: free some, or choose fewer --seconds",
                    bytes() / 1e9,
                    usable / 1e9));
        }
        write(server.bootstrap());
        server.stop();
        DropCaches.of(server.dataFolder());
        server.start(Workload.START_LIMIT);
    }

    /** Creates the topic and fills it; returns where the leader of each partition listens. */
    int[] write(final String bootstrap) throws Exception {
        final int[] ports = Topics.create(bootstrap, name, partitions, configs);
        final var plan = new Requests.Plan(name, partitions, partitions, IN_FLIGHT, RECORDS, RECORD_BYTES);
        try (RawRequests producer = new RawRequests(Requests.produce(ports, plan, ALL), IN_FLIGHT)) {
            producer.start();
            while (producer.answered() < requests) {
                Thread.sleep(10);
            }
        }
        return ports;
    }
}
