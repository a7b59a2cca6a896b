package io.millrace.perf.load;

import java.util.Locale;
import java.util.Map;

/** The loads that a server has to carry, and the latency that it has to keep meanwhile. None of it is ever lowered. */
public enum Profile {
    QUICK(2, 2, 4, 200, 10, 60, 0),
    STANDARD(5, 3, 6, 2_500, 20, 300, 1),
    STRESS(20, 10, 20, 40_000, 50, 600, 5),
    ENDURANCE(10, 5, 10, 10_000, 30, 1_800, 5);

    private final int producers;
    private final int consumers;
    private final int partitions;
    private final int perSecond;
    private final double p95Ms;
    private final int seconds;
    private final int lingerMs;

    Profile(
            final int producers,
            final int consumers,
            final int partitions,
            final int perSecond,
            final double p95Ms,
            final int seconds,
            final int lingerMs) {
        this.producers = producers;
        this.consumers = consumers;
        this.partitions = partitions;
        this.perSecond = perSecond;
        this.p95Ms = p95Ms;
        this.seconds = seconds;
        this.lingerMs = lingerMs;
    }

    public int producers() {
        return producers;
    }

    public int consumers() {
        return consumers;
    }

    public int partitions() {
        return partitions;
    }

    /** Records a second, of all producers together. */
    public int perSecond() {
        return perSecond;
    }

    /** What 95 in 100 records have to stay below, end to end. */
    public double p95Ms() {
        return p95Ms;
    }

    public int seconds() {
        return seconds;
    }

    /** Beyond what is named here, producers have their defaults: idempotent, acks=all, five requests in flight. */
    public Map<String, String> producerProperties() {
        return Map.of("acks", "all", "linger.ms", Integer.toString(lingerMs));
    }

    /** As it is written on the command line and in results. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
