package io.millrace.engine.log;

import org.agrona.DirectBuffer;

/** What the journals of the last life hold of one log; at start it continues the log where its segments end. */
public interface JournalTail {
    JournalTail NONE = new JournalTail() {
        @Override
        public boolean isThere() {
            return false;
        }

        @Override
        public long provenOffset() {
            return -1;
        }

        @Override
        public long reachFrom(final long endOffset) {
            return endOffset;
        }

        @Override
        public DirectBuffer batchAt(final BlockingDisk disk, final long baseOffset) {
            return null;
        }

        @Override
        public void keep() {
            // There is nothing.
        }
    };

    /** Whether journals hold anything of it. */
    boolean isThere();

    /** The journal proves that everything below was durable, in segments or in the journal itself; -1: nothing. */
    long provenOffset();

    /** Where a log whose segments end at the offset would end with what the journal holds. */
    long reachFrom(long endOffset);

    /** The batch that begins at the offset, valid until the next call; null if there is none. */
    DirectBuffer batchAt(BlockingDisk disk, long baseOffset);

    /** The log is damaged: what was read must not go, people may want it. */
    void keep();
}
