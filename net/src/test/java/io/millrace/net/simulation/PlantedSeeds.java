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
            case MESSAGE_DROPPED, MOVE_SERVED_TWICE -> 3;
            case MOVE_FORGOTTEN, MOVE_STALE_ACK -> 5;
            case INDEX_STALE, DELETION_NOT_DURABLE -> 6;
            case TXN_END_NOT_AWAITED, TXN_MARKERS_NOT_RESUMED, GROUP_TXN_OFFSETS_AT_ONCE -> 7;
            case COMPACTION_FORGETS_TOMBSTONES, COMPACTION_NOT_SYNCED, GROUP_GENERATION_UNCHECKED -> 8;
            case TXN_MARKER_LOST -> 14;
            case SCRUB_BLIND -> 31;
            case JOURNAL_NOT_AWAITED -> 36;
            case GROUP_TXN_OFFSETS_FORGOTTEN -> 41;
            case JOURNAL_DAMAGE_UNTOLD -> 55;
            case COMPACTION_DELETES_EARLY -> 205;
            default -> 1;
        };
    }

    static boolean needsPrograms(final PlantedBug bug) {
        return bug.name().startsWith("TXN_") || bug.name().startsWith("GROUP_");
    }
}
