package io.millrace.engine.status;

/**
 * Defects that can be put into the broker on purpose, to prove that the simulation would find them. At most one, named
 * by the system property {@code millrace.planted.bug}, for tests alone; without it the compiler removes each of them.
 */
public enum PlantedBug {
    /** An ack, and the high watermark, do not wait until the bytes are durable. */
    ACK_BEFORE_SYNC,
    /** After a restart nothing is known of the producers' sequences. */
    PRODUCERS_FORGOTTEN,
    /** Recovery takes a torn batch at the end of the log for a good one. */
    TORN_TAIL_KEPT,
    /** An answer that is ready overtakes the one before it on the same connection. */
    ANSWERS_SWAPPED,
    /** A log is cut while somebody still reads what lies beyond the cut. */
    LEASE_IGNORED,
    /** A message between cores that finds no credit is lost. */
    MESSAGE_DROPPED,
    /** Index entries of a write that failed stay behind. */
    INDEX_STALE,
    /** A short write counts as a whole one. */
    SHORT_WRITE_TAKEN,
    /** Deleting records is answered before the new start of the log is durable. */
    DELETION_NOT_DURABLE,
    /** A committed metadata entry is applied before it is synced. */
    METADATA_BEFORE_SYNC,
    /** A file of the journal is used again before the segments of those who have records in it are synced. */
    JOURNAL_TRIMMED_EARLY,
    /** A start reads the journals of those cores alone that there are now. */
    JOURNAL_NOT_REPLAYED_BY_OTHERS,
    /** An ack does not wait until the journal's block is on the disk. */
    JOURNAL_NOT_AWAITED,
    /** A start passes over what is damaged in a journal without a word. */
    JOURNAL_DAMAGE_UNTOLD,
    /** Now and then a compaction drops the last record of a key. */
    COMPACTION_DROPS_NEWEST,
    /** A compacted segment takes its place before its bytes are durable. */
    COMPACTION_NOT_SYNCED,
    /** Segments are deleted before the one that takes their place is durable. */
    COMPACTION_DELETES_EARLY,
    /** Tombstones go at once. */
    COMPACTION_FORGETS_TOMBSTONES,
    /** A transaction's end is answered, and its markers are written, before the decision is durable. */
    TXN_END_NOT_AWAITED,
    /** After a restart, transactions whose end was decided get no markers. */
    TXN_MARKERS_NOT_RESUMED,
    /** Of a transaction's partitions, one gets no marker. */
    TXN_MARKER_LOST,
    /** Readers of committed records get those of open transactions too. */
    TXN_READ_BEYOND_LAST_STABLE,
    /** A producer that takes a transactional id over gets the epoch of the one before. */
    TXN_EPOCH_NOT_BUMPED,
    /** After a restart nothing is known of aborted transactions. */
    TXN_ABORTED_FORGOTTEN,
    /** After a restart the coordinator knows of no transactions. */
    TXN_STATE_NOT_LOADED,
    /** A compaction takes what was aborted for committed, and for the last of its key. */
    TXN_ABORTED_COMPACTED,
    /** Offsets that are committed within a transaction count before it ends. */
    GROUP_TXN_OFFSETS_AT_ONCE,
    /** After a restart nothing is known of the transactions that offsets wait for. */
    GROUP_TXN_OFFSETS_FORGOTTEN,
    /** Offsets within a transaction are taken from whoever was a member once. */
    GROUP_GENERATION_UNCHECKED,
    /** A group's answers do not wait until what they rest on is durable. */
    GROUP_ANSWERS_NOT_AWAITED,
    /** After a restart the coordinator knows of no groups. */
    GROUP_STATE_NOT_LOADED,
    /** A static member is taken for any other. */
    GROUP_INSTANCE_FORGOTTEN,
    /** After a restart what a group had deleted, as it does when it changes its protocol, is there again. */
    GROUP_DELETIONS_FORGOTTEN,
    /** A partition that was handed over to another core is served by its old owner until that hears of it. */
    MOVE_SERVED_TWICE,
    /** The new owner of a partition does not take it up. */
    MOVE_FORGOTTEN,
    /** What came to the old owner too late is acknowledged by it. */
    MOVE_STALE_ACK,
    /** After a crash the old owner has the leader epoch in which the new one has served already. */
    MOVE_EPOCH_TWICE,
    /** What a share group's members say of records is answered before it is kept. */
    SHARE_ACKS_NOT_AWAITED,
    /** A share session that ends gives back what other members hold, too. */
    SHARE_LOCKS_GIVEN_AWAY,
    /** Whoever takes a share partition over does not know how often its records were delivered. */
    SHARE_COUNTS_FORGOTTEN,
    /** Whoever takes a share partition over begins behind what nobody has said anything of. */
    SHARE_START_TOO_FAR,
    /** What a share group's members hold of a partition does not go along to its new owner. */
    SHARE_LOCKS_LEFT_BEHIND,
    /** Whoever takes a share partition over forgets the dead letters that are not written yet. */
    SHARE_LETTERS_NOT_RESUMED,
    /** The scrub takes every checksum for the right one. */
    SCRUB_BLIND,
    /** Who had to wait is not heard again when the time is over. */
    QUOTA_MUTE_KEPT,
    /** Of what is lent of a client's share, half never arrives. */
    QUOTA_LENT_LOST;

    private static final String NAME = System.getProperty("millrace.planted.bug");

    /** Elsewhere than in such tests the question below is no question to the compiler. */
    private static final boolean SWITCHED = NAME != null;

    private static PlantedBug planted = SWITCHED && !NAME.isEmpty() ? valueOf(NAME) : null;

    /** Plants another one, or none for null, in a JVM that was started for that, on the thread that will ask. */
    public static void plant(final PlantedBug bug) {
        if (!SWITCHED) {
            throw new IllegalStateException("millrace.planted.bug is not set: nothing can be planted here");
        }
        planted = bug;
    }

    public boolean isPlanted() {
        return SWITCHED && this == planted;
    }
}
