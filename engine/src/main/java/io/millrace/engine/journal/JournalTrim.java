package io.millrace.engine.journal;

import io.millrace.engine.status.PlantedBug;
import java.util.ArrayDeque;

/**
 * Makes full files free again, in the order in which they were filled: whoever has records there gets its segments
 * synced, a few at a time. A log that went offline keeps its file for the next start, which will need it.
 */
final class JournalTrim {
    private static final int SYNCS_MAX = 16;

    private final ArrayDeque<JournalFile> full = new ArrayDeque<>();
    private final JournaledLog[] syncing = new JournaledLog[SYNCS_MAX];
    private int next;

    void add(final JournalFile file) {
        full.addLast(file);
    }

    /** Whether there is a file that will be free. */
    boolean isBusy() {
        return !full.isEmpty();
    }

    /** The oldest block in a full file that may still be needed, or 0. */
    long oldestSequence() {
        final JournalFile file = full.peekFirst();
        return file == null ? 0 : file.firstSequence;
    }

    /** The oldest full file once nobody needs it any more, or null. */
    JournalFile poll() {
        final JournalFile file = full.peekFirst();
        if (file == null || !isDone(file)) {
            return null;
        }
        next = 0;
        return full.pollFirst();
    }

    private boolean isDone(final JournalFile file) {
        if (PlantedBug.JOURNAL_TRIMMED_EARLY.isPlanted()) {
            return true;
        }
        boolean done = true;
        for (int i = 0; i < SYNCS_MAX; i++) {
            if (syncing[i] != null && !syncing[i].isFreeOf(file.number)) {
                // A sync that was under way before may not have covered it all.
                syncing[i].log().sync();
                done = false;
                continue;
            }
            syncing[i] = null;
            while (next < file.members.size() && syncing[i] == null) {
                final JournaledLog member = file.members.get(next++);
                if (!member.isFreeOf(file.number)) {
                    member.log().sync();
                    syncing[i] = member;
                    done = false;
                }
            }
        }
        return done;
    }
}
