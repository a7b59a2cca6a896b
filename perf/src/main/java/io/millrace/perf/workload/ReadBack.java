package io.millrace.perf.workload;

import io.millrace.perf.client.RawConsumer;
import io.millrace.perf.report.Figures;
import io.millrace.perf.server.Server;
import io.millrace.perf.server.Servers.Kind;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** Fetches by raw sockets of what was just written, again and again. */
final class ReadBack implements Workload {
    private static final String TOPIC = "readback";
    private static final int PARTITIONS = 4;
    private static final int PARTITION_BYTES = 1 << 20;
    private static final FilledTopic FILLED = new FilledTopic(TOPIC, PARTITIONS, 12_000, Map.of());

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
        return EnumSet.complementOf(EnumSet.of(Kind.NULL));
    }

    @Override
    public Figures run(final Server server, final Timing timing) throws Exception {
        final int[] ports = FILLED.write(server.bootstrap());
        final var plan = new RawConsumer.Plan(TOPIC, PARTITIONS, PARTITION_BYTES, true);
        try (RawConsumer consumer = new RawConsumer(ports, plan)) {
            consumer.start();
            return Window.of(server, timing, consumer::bytes, () -> {}).bytes();
        }
    }
}
