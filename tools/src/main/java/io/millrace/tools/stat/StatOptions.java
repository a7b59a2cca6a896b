package io.millrace.tools.stat;

import java.nio.file.Path;
import java.util.Set;

/**
 * What is to be shown.
 *
 * @param count  how many samples, 0 for no end
 * @param core   of which core, -1 for all
 * @param isLive whether the output is a terminal to be redrawn
 */
public record StatOptions(
        Path dataDirectory,
        double intervalSeconds,
        int count,
        boolean isOnce,
        boolean waits,
        boolean isJson,
        boolean isLive,
        int core,
        Set<Section> sections) {
    /** What can be shown beside the overview. */
    public enum Section {
        APIS,
        CONNECTIONS,
        PARTITIONS,
        DUTY,
        SYNC,
        SLOW,
        SHARES
    }

    boolean has(final Section section) {
        return sections.contains(section);
    }

    boolean hasSections() {
        return !sections.isEmpty();
    }
}
