package io.millrace.net.kafka.share;

import io.millrace.engine.core.Core;
import io.millrace.engine.core.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;

/**
 * The share partitions of one partition on their way to another core: they go together, once nothing is under way in any of
 * them. Those that take too long are left behind, and what is locked there is free. Used once, on the old owner's core.
 */
final class ShareDeparture extends Deadline {
    /** Less than those wait who ask for records meanwhile. */
    private static final long PATIENCE_NS = 300_000_000;

    private final Core core;
    private final List<SharePartitionHost> leaving;
    private final Consumer<List<ShareParting>> told;
    private boolean begun;
    private boolean gone;

    /** @param told what goes along, once; perhaps before {@link #begin} returns */
    ShareDeparture(final Core core, final List<SharePartitionHost> leaving, final Consumer<List<ShareParting>> told) {
        this.core = core;
        this.leaving = new ArrayList<>(leaving);
        this.told = told;
    }

    void begin() {
        leaving.forEach(host -> host.depart(this));
        begun = true;
        core.deadlines().arm(this, core.nowNs() + PATIENCE_NS);
        check();
    }

    /** Something that was under way has ended. */
    void check() {
        if (!begun || gone) {
            return;
        }
        leaving.removeIf(SharePartitionHost::hasEnded);
        if (leaving.stream().allMatch(SharePartitionHost::isQuiet)) {
            gone = true;
            core.deadlines().disarm(this);
            told.accept(leaving.stream().map(SharePartitionHost::part).toList());
        }
    }

    @Override
    protected void onDeadline(final long nowNs, final long nowMs) {
        List.copyOf(leaving).stream()
                .filter(host -> !host.isQuiet())
                .forEach(host -> host.end(Errors.NOT_LEADER_OR_FOLLOWER));
        check();
    }
}
