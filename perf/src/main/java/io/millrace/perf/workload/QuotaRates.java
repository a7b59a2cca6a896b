package io.millrace.perf.workload;

import io.millrace.perf.client.ThrottledClients;
import io.millrace.perf.client.Topics;
import io.millrace.perf.server.Server;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What throttled clients get of their rates from their first moment on: several rates at once, each a client's. */
public final class QuotaRates {
    private static final String WRITTEN = "written";
    private static final String READ = "read";
    private static final int PARTITIONS = 4;
    private static final double BYTES_PER_MEGABYTE = 1e6;
    private static final double NS_PER_SECOND = 1e9;

    private final Server server;
    private final List<Double> megabytesPerSecond;
    private final List<Integer> seconds;
    private final PrintStream out;

    /** @param seconds after which it is looked at what they got, ascending */
    public QuotaRates(
            final Server server,
            final List<Double> megabytesPerSecond,
            final List<Integer> seconds,
            final PrintStream out) {
        this.server = server;
        this.megabytesPerSecond = megabytesPerSecond;
        this.seconds = seconds;
        this.out = out;
    }

    /** Makes the topics; the one that is read holds enough for everybody. */
    public void prepare() throws Exception {
        Topics.create(server.bootstrap(), WRITTEN, PARTITIONS);
        Topics.create(server.bootstrap(), READ, PARTITIONS);
        final double most = megabytesPerSecond.stream()
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(0);
        // Somebody who was idle, or is new, may take ten seconds' worth ahead.
        final long bytes = (long) (most * BYTES_PER_MEGABYTE * (seconds.getLast() + 12));
        final var all = new ThrottledClients.Plan("filler", true, 0, 1, READ, PARTITIONS);
        try (ThrottledClients filler = new ThrottledClients(server.bootstrap(), all)) {
            filler.start();
            while (filler.bytes() < bytes) {
                Thread.sleep(10);
            }
        }
    }

    /** @param clients of one id, so that they share its rate */
    public void run(final boolean produces, final int clients) throws Exception {
        final List<ThrottledClients> running = new ArrayList<>();
        try {
            for (final double rate : megabytesPerSecond) {
                final String id = (produces ? "writer-" : "reader-") + rate + "-" + clients;
                final long bytes = (long) (rate * BYTES_PER_MEGABYTE);
                final ThrottledClients each = new ThrottledClients(
                        server.bootstrap(),
                        new ThrottledClients.Plan(id, produces, bytes, clients, produces ? WRITTEN : READ, PARTITIONS));
                running.add(each);
                each.limit();
            }
            measure(
                    running,
                    (produces ? "produce" : "fetch") + ", " + clients + (clients == 1 ? " client" : " clients"));
        } finally {
            for (final ThrottledClients each : running) {
                each.close();
            }
        }
    }

    private void measure(final List<ThrottledClients> running, final String what) throws InterruptedException {
        final double[][] got = new double[running.size()][seconds.size()];
        final long beganNs = System.nanoTime();
        running.forEach(ThrottledClients::start);
        for (int i = 0; i < seconds.size(); i++) {
            Thread.sleep(Math.max(0, seconds.get(i) * 1_000L - (System.nanoTime() - beganNs) / 1_000_000));
            final double passed = (System.nanoTime() - beganNs) / NS_PER_SECOND;
            for (int client = 0; client < running.size(); client++) {
                got[client][i] = running.get(client).bytes() / BYTES_PER_MEGABYTE / passed;
            }
        }
        for (int client = 0; client < running.size(); client++) {
            final double rate = megabytesPerSecond.get(client);
            final StringBuilder line =
                    new StringBuilder(String.format(Locale.ROOT, "%-14s %-19s %5.1f MB/s", server.name(), what, rate));
            for (int i = 0; i < seconds.size(); i++) {
                line.append(String.format(
                        Locale.ROOT, "   after %2d s %+6.1f %%", seconds.get(i), 100 * (got[client][i] / rate - 1)));
            }
            out.println(line);
        }
    }
}
