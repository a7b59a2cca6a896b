package io.millrace.tools.stat;

import java.util.List;

/** All figures of a broker at one moment. */
public record Snapshot(long pid, int nodeId, long startedMs, long atMs, long atNs, List<Figures> cores) {}
