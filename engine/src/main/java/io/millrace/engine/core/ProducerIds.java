package io.millrace.engine.core;

import io.millrace.engine.metadata.ProducerIdBlocks;
import io.millrace.engine.port.Stage;
import io.millrace.engine.status.Outcome;
import org.agrona.ExpandableDirectByteBuffer;

/** A core's stock of producer ids, refilled ahead of need. Owned by the core's thread. */
public final class ProducerIds implements Stage {
    private static final long RETRY_MS = 500;

    private final ExpandableDirectByteBuffer buffer = new ExpandableDirectByteBuffer(64);
    private final ProducerIdBlocks blocks;
    private final Commands commands;
    private long notBeforeMs;
    private long nowMs;

    ProducerIds(final int core, final Commands commands) {
        blocks = new ProducerIdBlocks(core);
        this.commands = commands;
    }

    /** An id nobody else has, or −1 while no block is there: retriable. */
    public long take() {
        return blocks.take();
    }

    @Override
    public int doWork(final long nowNs, final long now) {
        nowMs = now;
        if (now < notBeforeMs || !blocks.wantsBlock()) {
            return 0;
        }
        commands.send(buffer, 0, blocks.ask(buffer, 0), (outcome, first, count, message) -> {
            if (outcome == Outcome.OK) {
                blocks.onBlock(first, count);
            } else {
                blocks.onNoBlock();
                notBeforeMs = nowMs + RETRY_MS;
            }
        });
        return 1;
    }

    @Override
    public boolean mayPark() {
        return true;
    }
}
