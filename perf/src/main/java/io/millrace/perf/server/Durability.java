package io.millrace.perf.server;

import java.util.Locale;

/** What an acknowledgement is worth in a run, the same on all sides; no figure is shown without it. */
public enum Durability {
    /** In the page cache: what Apache Kafka does unless told otherwise. */
    OS,
    /** On the disk: Apache Kafka with log.flush.interval.messages=1. */
    FSYNC;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
