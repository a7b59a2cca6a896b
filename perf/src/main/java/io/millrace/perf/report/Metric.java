package io.millrace.perf.report;

import java.util.List;

/** What is measured, in which unit, and which way is better. */
public enum Metric {
    RATE("records/s", "records a second", true),
    REQUEST_RATE("requests/s", "requests a second", true),
    BYTE_RATE("MB/s", "megabytes (10⁶) a second", true),
    CPU_PER_RECORD("µs cpu/record", "processor time of the server for a record, all its threads", false),
    CPU_PER_REQUEST("µs cpu/request", "processor time of the server for a request, all its threads", false),
    CPU_PER_MEGABYTE("µs cpu/MB", "processor time of the server for a megabyte, all its threads", false),
    CPU_SHARE("% of a core", "processor time of the server in the run, of one core", false),
    P50("p50 ms", "latency that half stay below", false),
    P90("p90 ms", "latency that 90 in 100 stay below", false),
    P99("p99 ms", "latency that 99 in 100 stay below", false),
    P999("p99.9 ms", "latency that 999 in 1,000 stay below", false),
    P9999("p99.99 ms", "latency that 9,999 in 10,000 stay below", false),
    P99_ALONE("p99 ms alone", "the same without the load beside it", false),
    P99_RISE("p99 rise", "p99 beside the other load over p99 without it", false),
    READY("ready ms", "from the command to the server's word that it is ready", false),
    START("start ms", "from the command to the first acknowledged produce", false),
    RESIDENT("MB resident", "resident memory of the server at the end of the run", false),
    RESIDENT_GROWTH("MB grown", "resident memory above idle", false),
    THREADS("threads", "threads of the server", false);

    /** What stands on a latency curve, from the middle to the tail. */
    static final List<Metric> LATENCIES = List.of(P50, P90, P99, P999, P9999);

    private final String unit;
    private final String description;
    private final boolean moreIsBetter;

    Metric(final String unit, final String description, final boolean moreIsBetter) {
        this.unit = unit;
        this.description = description;
        this.moreIsBetter = moreIsBetter;
    }

    public String unit() {
        return unit;
    }

    public String description() {
        return description;
    }

    public boolean moreIsBetter() {
        return moreIsBetter;
    }
}
