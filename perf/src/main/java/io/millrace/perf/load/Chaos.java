package io.millrace.perf.load;

import io.millrace.perf.server.Server;
import io.millrace.perf.workload.Workload;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Kills: each second each producer and each consumer with a probability of 0.01, which another one replaces at once,
 * and the broker once, with kill -9, which is started again on the data that it has. On a thread of its own.
 */
final class Chaos implements AutoCloseable {
    static final double KILLS_PER_CLIENT_AND_SECOND = 0.01;

    /** Clients look for a broker again once a second at most, and then have a backlog. */
    static final long SETTLE_MS = 5_000;

    private static final long PERIOD_MS = 1_000;

    private final Server server;
    private final Fleet fleet;
    private final long brokerAtNs;
    private final Random random;
    private final Thread thread;
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private volatile boolean running = true;
    private final AtomicInteger producers = new AtomicInteger();
    private final AtomicInteger consumers = new AtomicInteger();
    private volatile long outageMs = -1;

    /** @param brokerAtNs when the broker is killed, by System.nanoTime */
    Chaos(final Server server, final Fleet fleet, final long brokerAtNs, final long seed) {
        this.server = server;
        this.fleet = fleet;
        this.brokerAtNs = brokerAtNs;
        this.random = new Random(seed);
        this.thread = Thread.ofPlatform().name("chaos").start(this::run);
    }

    private void run() {
        try {
            boolean isBrokerAlive = true;
            long dueNs = System.nanoTime();
            while (running) {
                dueNs += TimeUnit.MILLISECONDS.toNanos(PERIOD_MS);
                Thread.sleep(Math.max(0, TimeUnit.NANOSECONDS.toMillis(dueNs - System.nanoTime())));
                producers.addAndGet(kill(fleet.writers()));
                consumers.addAndGet(kill(fleet.readers()));
                if (isBrokerAlive && System.nanoTime() - brokerAtNs >= 0) {
                    isBrokerAlive = false;
                    killBroker();
                }
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (final RuntimeException e) {
            failure.set(e);
        }
    }

    private int kill(final List<? extends Client> clients) {
        int killed = 0;
        for (final Client client : clients) {
            if (running && random.nextDouble() < KILLS_PER_CLIENT_AND_SECOND) {
                client.leave(true);
                killed++;
            }
        }
        return killed;
    }

    private void killBroker() throws InterruptedException {
        final long beganNs = System.nanoTime();
        fleet.meter().beginOutage(beganNs);
        server.kill();
        server.start(Workload.START_LIMIT);
        outageMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs);
        fleet.meter().endOutage(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SETTLE_MS));
    }

    int producers() {
        return producers.get();
    }

    int consumers() {
        return consumers.get();
    }

    /** From the kill to the broker's word that it is ready again; −1 if it was not killed. */
    long outageMs() {
        return outageMs;
    }

    /** Kills nobody any more, and waits for a broker that is being started. */
    @Override
    public void close() throws Exception {
        running = false;
        thread.join();
        final Exception met = failure.getAndSet(null);
        if (met != null) {
            throw met;
        }
    }
}
