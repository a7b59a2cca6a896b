package io.millrace.perf.workload;

import io.millrace.perf.client.RawConsumer;
import io.millrace.perf.client.RawProducer;
import io.millrace.perf.report.Figures;
import io.millrace.perf.server.Server;
import io.millrace.perf.server.Servers.Kind;
import java.util.EnumSet;
import java.util.Set;

/** Fetches by raw sockets of what was just written, again and again. */
final class ReadBack implements Workload {
    private static final String TOPIC = "readback";
    private static final int PARTITIONS = 4;
    private static final int PARTITION_BYTES = 1 << 20;
    private static final int RECORDS = 60;
    private static final int RECORD_BYTES = 1_000;
    private static final long REQUESTS = 12_000;
    private static final short ALL = -1;

    @Override
    public String name() {
        return "read-hot";
    }

    @Override
    public String description() {
        return "raw fetch of 720 MB just written, 4 partitions, 4 connections, 1 MB a fetch";
    }

    @Override
    public Set<Kind> kinds() {
        return EnumSet.of(Kind.MILLRACE, Kind.MILLRACE_CORE, Kind.KAFKA);
    }

    @Override
    public Figures run(final Server server, final Timing timing) throws Exception {
        final int[] ports = Topics.create(server.bootstrap(), TOPIC, PARTITIONS);
        final var fill = new RawProducer.Plan(TOPIC, PARTITIONS, PARTITIONS, 2, RECORDS, RECORD_BYTES);
        try (RawProducer producer = new RawProducer(ports, fill, ALL)) {
            producer.start();
            while (producer.answered() < REQUESTS) {
                Thread.sleep(10);
            }
        }
        final var plan = new RawConsumer.Plan(TOPIC, PARTITIONS, PARTITION_BYTES, true);
        try (RawConsumer consumer = new RawConsumer(ports, plan)) {
            consumer.start();
            return Window.of(server, timing, consumer::bytes, () -> {}).bytes();
        }
    }
}
