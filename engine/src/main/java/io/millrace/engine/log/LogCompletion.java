package io.millrace.engine.log;

/** The end of a log's own longer operation, told on the core's thread. */
@FunctionalInterface
public interface LogCompletion {
    /** @param diskStatus one of {@link io.millrace.engine.port.DiskStatus} */
    void onComplete(int diskStatus);
}
