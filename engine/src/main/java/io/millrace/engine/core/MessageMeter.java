package io.millrace.engine.core;

import io.millrace.engine.status.Histogram;
import io.millrace.engine.status.Statistic.Unit;
import io.millrace.engine.status.Statistics;
import io.millrace.engine.status.Tally;

/** Counts a core's messages: what it sends, what waits, whom it wakes, and how much it finds. Owned by its thread. */
final class MessageMeter {
    final Tally own;
    final Tally hops;
    final Tally stalls;
    final Tally wakes;
    private final Histogram depth;

    MessageMeter(final Statistics statistics) {
        own = statistics.counter("messages.own", Unit.COUNT);
        hops = statistics.counter("messages.hops", Unit.COUNT);
        stalls = statistics.counter("messages.stalled", Unit.COUNT);
        wakes = statistics.counter("wakes", Unit.COUNT);
        depth = statistics.histogram("mailbox.depth", Unit.COUNT);
    }

    /** So many messages lay in a ring; returns how many. */
    int drained(final int messages) {
        if (messages > 0) {
            depth.record(messages);
        }
        return messages;
    }
}
