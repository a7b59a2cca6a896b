package io.millrace.engine.metadata;

import org.agrona.MutableDirectBuffer;

/**
 * A core's stock of producer ids, taken block by block ahead of need. Ids of a block that a restart interrupts are
 * lost, never handed out twice, since the log says they were taken. Owned by the core's thread.
 */
public final class ProducerIdBlocks {
    private final int core;
    private long next;
    private long end;
    private long laterNext;
    private long laterEnd;
    private boolean asked;

    public ProducerIdBlocks(final int core) {
        this.core = core;
    }

    /** An id nobody else has, or -1 while no block is there: retriable. */
    public long take() {
        if (next == end) {
            next = laterNext;
            end = laterEnd;
            laterNext = 0;
            laterEnd = 0;
        }
        return next == end ? -1 : next++;
    }

    /** Whether a block should be asked for now: there is no second one, and none is under way. */
    public boolean wantsBlock() {
        return !asked && laterNext == laterEnd;
    }

    /** Writes the command for the next block; the answer goes to {@link #onBlock} or {@link #onNoBlock}. */
    public int ask(final MutableDirectBuffer buffer, final int offset) {
        if (asked) {
            throw new IllegalStateException("a block of producer ids is under way");
        }
        asked = true;
        return MetadataCommands.takeProducerIds(buffer, offset, core, MetadataController.PRODUCER_ID_BLOCK);
    }

    /** The numbers of the command's answer. */
    public void onBlock(final long first, final long count) {
        asked = false;
        if (laterNext != laterEnd) {
            throw new IllegalStateException("a block of producer ids that nobody asked for");
        }
        if (next == end) {
            next = first;
            end = first + count;
        } else {
            laterNext = first;
            laterEnd = first + count;
        }
    }

    /** The command was refused or could not be sent: it will be asked again. */
    public void onNoBlock() {
        asked = false;
    }
}
