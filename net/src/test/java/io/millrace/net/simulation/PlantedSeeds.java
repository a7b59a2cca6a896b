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
            case MESSAGE_DROPPED, MOVE_SERVED_TWICE, QUOTA_MUTE_KEPT, QUOTA_LENT_LOST -> 3;
            case MOVE_FORGOTTEN, COMPACTION_DELETES_EARLY -> 5;
            case COMPACTION_NOT_SYNCED, DELETION_NOT_DURABLE, TXN_END_NOT_AWAITED, GROUP_TXN_OFFSETS_AT_ONCE -> 7;
            case TXN_ABORTED_COMPACTED -> 7;
            case COMPACTION_FORGETS_TOMBSTONES, GROUP_GENERATION_UNCHECKED -> 8;
            case GROUP_DELETIONS_FORGOTTEN -> 8;
            case COMPACTION_DROPS_NEWEST, SHARE_COUNTS_FORGOTTEN, SHARE_LOCKS_GIVEN_AWAY, TXN_MARKER_LOST -> 9;
            case SHARE_ACKS_NOT_AWAITED -> 15;
            case MOVE_EPOCH_TWICE, GROUP_ANSWERS_NOT_AWAITED -> 18;
            case INDEX_STALE -> 19;
            case TXN_MARKERS_NOT_RESUMED -> 28;
            case SCRUB_BLIND -> 32;
            case MOVE_STALE_ACK -> 40;
            case JOURNAL_DAMAGE_UNTOLD -> 55;
            case JOURNAL_NOT_AWAITED -> 97;
            case SHARE_START_TOO_FAR -> 198;
            case GROUP_TXN_OFFSETS_FORGOTTEN -> 367;
            case SHARE_LETTERS_NOT_RESUMED -> 37;
            case SHARE_LOCKS_LEFT_BEHIND -> 87;
            default -> 1;
        };
    }

    /** Whether the seed's run has what the bug is in, if only some have. */
    static boolean mayFind(final PlantedBug bug, final long seed) {
        final String name = bug.name();
        if (name.startsWith("SHARE_")) {
            return SimShares.areIn(seed);
        }
        if (name.startsWith("QUOTA_")) {
            return SimQuotas.areIn(seed);
        }
        return name.startsWith("GROUP_")
                ? SimPrograms.areIn(seed) && !SimShares.areIn(seed)
                : !name.startsWith("TXN_") || SimPrograms.areIn(seed);
    }
}
