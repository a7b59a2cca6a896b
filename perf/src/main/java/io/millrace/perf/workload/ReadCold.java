package io.millrace.perf.workload;

import io.millrace.perf.client.RawConsumer;
import io.millrace.perf.client.Topics;
import io.millrace.perf.report.Figures;
import io.millrace.perf.server.Server;
import io.millrace.perf.server.Servers.Kind;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** Fetches by raw sockets, once, of what no memory holds any more; the server warms up with what it does hold. */
final class ReadCold implements Workload {
    private static final String COLD = "cold";
    private static final String WARM = "warm";
    private static final int PARTITIONS = 4;
    private static final int PARTITION_BYTES = 1 << 20;
    private static final long BYTES_PER_MS = 400_000;

    private static final FilledTopic WARMING = new FilledTopic(WARM, PARTITIONS, 2_000, Map.of());

    @Override
    public String name() {
        return "read-cold";
    }

    @Override
    public String description() {
        return "raw fetch of data that lies on the disk alone, once, 4 partitions, 4 connections, 1 MB a fetch (0.4 GB for each second)";
    }

    @Override
    public Set<Kind> kinds() {
        return EnumSet.complementOf(EnumSet.of(Kind.NULL));
    }

    @Override
    public boolean keepsServer() {
        return false;
    }

    @Override
    public Figures run(final Server server, final Timing timing) throws Exception {
        final FilledTopic cold = new FilledTopic(
                COLD, PARTITIONS, timing.measureMs() * BYTES_PER_MS / FilledTopic.REQUEST_BYTES, Map.of());
        cold.writeCold(server);
        final int[] warm = WARMING.write(server.bootstrap());
        try (RawConsumer consumer = consumer(warm, WARM, true)) {
            consumer.start();
            Thread.sleep(timing.warmUpMs());
        }
        try (RawConsumer consumer = consumer(Topics.ports(server.bootstrap(), COLD), COLD, false)) {
            return Window.whole(server, consumer::start, consumer::isDone, consumer::bytes)
                    .bytes();
        }
    }

    private static RawConsumer consumer(final int[] ports, final String topic, final boolean again) throws Exception {
        return new RawConsumer(ports, new RawConsumer.Plan(topic, PARTITIONS, PARTITION_BYTES, again));
    }
}
