package io.millrace.engine.journal;

import io.millrace.engine.port.DiskFile;
import java.util.ArrayList;

/** One of the journal's files: how far it is written, and who has records in it. */
final class JournalFile {
    final int number;
    final String name;
    /** The logs whose records lie in it. */
    final ArrayList<JournaledLog> members = new ArrayList<>();

    DiskFile file;
    long generation;
    /** Of the first block of this generation, or 0. */
    long firstSequence;
    /** Where the next block goes. */
    long position;

    JournalFile(final int number, final String name) {
        this.number = number;
        this.name = name;
    }

    void enter(final JournalBlock block) {
        final ArrayList<JournaledLog> entering = block.members();
        for (int i = 0; i < entering.size(); i++) {
            final JournaledLog member = entering.get(i);
            if (member.enterFile(number)) {
                members.add(member);
            }
        }
    }

    void clear() {
        for (int i = 0; i < members.size(); i++) {
            members.get(i).leaveFile(number);
        }
        members.clear();
        firstSequence = 0;
    }
}
