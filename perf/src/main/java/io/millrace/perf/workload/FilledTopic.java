package io.millrace.perf.workload;

import io.millrace.perf.client.RawRequests;
import io.millrace.perf.client.Requests;
import io.millrace.perf.client.Topics;
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
