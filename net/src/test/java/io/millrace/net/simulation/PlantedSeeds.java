package io.millrace.net.simulation;

import io.millrace.engine.status.PlantedBug;

/**
 * Seeds that are known to find what is planted, so that a test need not try one after the other. Where the broker has
 * changed so much that one finds it no longer, a test finds and names another.
 */
final class PlantedSeeds {
    private PlantedSeeds() {}

    static long of(final PlantedBug bug) {
        return switch (bug) {
            case LEASE_IGNORED -> 2;
            case MESSAGE_DROPPED, DELETION_NOT_DURABLE -> 3;
            case INDEX_STALE -> 6;
            case TORN_TAIL_KEPT, TXN_END_NOT_AWAITED, TXN_MARKERS_NOT_RESUMED, GROUP_TXN_OFFSETS_AT_ONCE, SCRUB_BLIND ->
                7;
            case COMPACTION_DROPS_NEWEST,
                    GROUP_GENERATION_UNCHECKED,
                    GROUP_DELETIONS_FORGOTTEN,
                    GROUP_TXN_OFFSETS_FORGOTTEN -> 8;
            case GROUP_ANSWERS_NOT_AWAITED -> 17;
            case COMPACTION_FORGETS_TOMBSTONES -> 35;
            case JOURNAL_NOT_AWAITED -> 36;
            case COMPACTION_DELETES_EARLY -> 37;
            case JOURNAL_DAMAGE_UNTOLD -> 55;
            default -> 1;
        };
    }

    static boolean needsPrograms(final PlantedBug bug) {
        return bug.name().startsWith("TXN_") || bug.name().startsWith("GROUP_");
    }
}
