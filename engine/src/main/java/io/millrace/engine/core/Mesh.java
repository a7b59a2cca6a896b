package io.millrace.engine.core;

import io.millrace.engine.log.LeaseTable;
import java.util.function.Consumer;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;

/** All that the cores of one node share: a ring for each pair and direction, who sleeps, and what each has lent. */
public final class Mesh {
    private static final int CALLS_CHUNK = 64;

    private final Ring[][] rings;
    private final Sleeper[] sleepers;
    private final LeaseTable[] leases;
    /** No longer than requests are under way: each leaves one call at a time, and connections bound the requests. */
    private final MpscUnboundedVarHandleArrayQueue<Consumer<Core>>[] calls;

    public Mesh(final int coreCount, final int ringBytes, final int leasesPerCore) {
        this(coreCount, ringBytes, leasesPerCore, CorePlace.ANYWHERE);
    }

    /** @param place where rings are made: each near the core that reads it */
    @SuppressWarnings({"unchecked", "rawtypes"})
    public Mesh(final int coreCount, final int ringBytes, final int leasesPerCore, final CorePlace place) {
        if (coreCount < 1) {
            throw new IllegalArgumentException("coreCount " + coreCount + ": expected at least 1");
        }
        rings = new Ring[coreCount][coreCount];
        sleepers = new Sleeper[coreCount];
        leases = new LeaseTable[coreCount];
        calls = new MpscUnboundedVarHandleArrayQueue[coreCount];
        for (int i = 0; i < coreCount; i++) {
            final int core = i;
            place.run(core, () -> makeOwn(core, ringBytes, leasesPerCore));
        }
    }

    private void makeOwn(final int core, final int ringBytes, final int leasesPerCore) {
        sleepers[core] = new Sleeper();
        calls[core] = new MpscUnboundedVarHandleArrayQueue<>(CALLS_CHUNK);
        leases[core] = new LeaseTable(leasesPerCore, core, sleepers.length);
        for (int from = 0; from < sleepers.length; from++) {
            rings[from][core] = new Ring(ringBytes);
        }
    }

    public int coreCount() {
        return sleepers.length;
    }

    public Sleeper sleeper(final int core) {
        return sleepers[core];
    }

    /** What a core lends to fetches; other cores read and release slices whose ids they were sent. */
    public LeaseTable leases(final int core) {
        return leases[core];
    }

    /** What cores have left for one to do, see {@link CoreCalls}. */
    MpscUnboundedVarHandleArrayQueue<Consumer<Core>> calls(final int core) {
        return calls[core];
    }

    Ring ring(final int from, final int to) {
        return rings[from][to];
    }
}
