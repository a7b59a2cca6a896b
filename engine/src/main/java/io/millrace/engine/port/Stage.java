package io.millrace.engine.port;

/** A bounded share of a core's duty cycle. Owned and called by the core's thread alone. */
public interface Stage {
    /** Does a bounded amount of work and returns how much; 0 means there was none. */
    int doWork(long nowNs, long nowMs);

    /** Whether the core may sleep as far as this stage is concerned; every stage must consent. */
    boolean mayPark();
}
