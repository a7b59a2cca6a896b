package io.millrace.net.kafka.share;

import io.millrace.engine.core.Core;
import io.millrace.engine.core.Deadline;
import io.millrace.engine.core.InternalAppends;
import io.millrace.engine.port.Decompressor;
import io.millrace.net.kafka.wire.RecordsDecompressor;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dead letters of one core's share partitions: a few of these write at a time, the others wait for their turn. What
 * keeps a group's letters from being written is told once, and again when it is something else. Owned by the core's
 * thread.
 */
final class DeadLetters {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
    private static final int AT_A_TIME = 2;
    /** Rounds that end at once, because letters cannot be written, say; the others go on in another duty cycle. */
    private static final int TURNS_MAX = 16;

    private static final int COMPLAINTS_REMEMBERED = 1000;

    private final Core core;
    private final Decompressor decompressor = new RecordsDecompressor();
    private final InternalAppends appends;
    /** At most one for each share partition of the core. */
    private final ArrayDeque<DeadLetterRound> waiting = new ArrayDeque<>();

    private final Map<String, String> complaints = new HashMap<>();
    private final Deadline turns = new Deadline() {
        @Override
        protected void onDeadline(final long nowNs, final long nowMs) {
            next();
        }
    };
    private int running;
    private boolean isGivingTurns;

    DeadLetters(final Core core) {
        this.core = core;
        appends = new InternalAppends(core);
    }

    Core core() {
        return core;
    }

    Decompressor decompressor() {
        return decompressor;
    }

    InternalAppends appends() {
        return appends;
    }

    /** Has the round run, now or when it is its turn; {@link #leave} follows once it has. */
    void enter(final DeadLetterRound round) {
        waiting.addLast(round);
        next();
    }

    /** A round has ended, or waits for something that may take long. */
    void leave() {
        running--;
        next();
    }

    private void next() {
        if (isGivingTurns) {
            return;
        }
        isGivingTurns = true;
        int given = 0;
        while (running < AT_A_TIME && !waiting.isEmpty() && given < TURNS_MAX) {
            given++;
            running++;
            waiting.pollFirst().run();
        }
        isGivingTurns = false;
        if (running < AT_A_TIME && !waiting.isEmpty()) {
            core.deadlines().arm(turns, core.nowNs());
        }
    }

    /** Whether no letter is being written, and none waits. */
    boolean isIdle() {
        return running == 0 && waiting.isEmpty();
    }

    /** Records are archived without a letter. */
    void complain(final String group, final String why) {
        if (complaints.size() > COMPLAINTS_REMEMBERED) {
            complaints.clear();
        }
        if (!why.equals(complaints.put(group, why))) {
            LOG.error("{} Records that the group could not work off are archived without a dead letter.", why);
        }
    }

    /** Letters of the group are written again. */
    void settle(final String group) {
        complaints.remove(group);
    }
}
