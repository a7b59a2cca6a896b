package io.millrace.engine.port;

import java.util.List;

/**
 * A core's asynchronous view of one data directory. Operations are submitted and complete in {@link #poll}, never
 * inside the submitting call; buffers are lent until then. Operations on one {@link DiskFile} complete in the order of
 * their submission, but for the hints {@link DiskFile#prefetch} and {@link DiskFile#allocate}, which may come later;
 * nothing is promised between files and directories. Paths are relative to the data directory, with
 * {@code /} between names. Owned by one core's thread.
 *
 * <p>The real disk may do a page-cache write inline while submitting. Syncs, cold reads and directory work run
 * elsewhere. Nothing is durable before {@link DiskFile#sync} (a file's bytes and length) or {@link #syncDirectory}
 * (the names in a directory: creations, renames and unlinks) has completed.
 */
public interface Disk {
    enum OpenMode {
        /** The file must exist: else {@link DiskStatus#NOT_FOUND}. */
        EXISTING,
        /** As {@link #EXISTING}, for reading only. */
        READ_ONLY,
        /** The file must not exist: else {@link DiskStatus#EXISTS}. */
        CREATE_NEW,
        /** Opened if there, created if not. */
        CREATE_IF_ABSENT,
        /** Created if not there; cut to length 0 if there. */
        REPLACE
    }

    /** Returns the handle at once; it may be used from the completion on. Value: the file's length in bytes. */
    DiskFile open(String path, OpenMode mode, DiskCompletion completion, long token);

    /** Creates the directory and its missing parents; existing ones are no error. */
    void makeDirectory(String path, DiskCompletion completion, long token);

    /** Renames a file or a directory; an existing file at {@code to} is replaced, an existing directory is EXISTS. */
    void rename(String from, String to, DiskCompletion completion, long token);

    /** Removes a file or an empty directory. Open handles stay readable. */
    void unlink(String path, DiskCompletion completion, long token);

    /** Appends the names (not paths) in the directory to {@code names}, sorted. */
    void list(String directory, List<String> names, DiskCompletion completion, long token);

    /** Makes the names in the directory durable; the root is the empty string. */
    void syncDirectory(String directory, DiskCompletion completion, long token);

    /** Asks the file system how much room there is; {@code space} is filled in by the completion, unless it failed. */
    void space(DiskSpace space, DiskCompletion completion, long token);

    /** Delivers at most {@code limit} completions; returns how many. */
    int poll(int limit);

    /** Operations submitted whose completions have not been delivered. */
    int inFlight();

    /** Whether a completion is ready for {@link #poll}. A core must not park while this is so. */
    boolean hasReady();

    /**
     * Blocks until {@link #poll} has something to deliver. For start-up and shutdown only, before and after the duty
     * cycle; the simulated disk advances virtual time instead.
     *
     * @throws IllegalStateException if nothing is in flight
     */
    void await();

    /**
     * Whether the owner does nothing but {@link #await} what it asks for, as at start. Its reads may be done while it
     * submits them then: a large log is read in half the time where no thread has to be woken for each piece.
     */
    default void ownerWaits(final boolean waits) {}
}
