package io.millrace.engine.core;

import io.millrace.engine.port.Stage;
import java.util.function.Consumer;

/**
 * Work that cores leave for each other as objects, for what is too rich for a message and too rare to matter. What a
 * core sends to another runs there in the order of sending, in a later duty cycle; so does what it sends to itself. As
 * many are under way as there are requests; each of them ends. Owned by the core's thread.
 */
public final class CoreCalls implements Stage {
    private static final int LIMIT = 256;

    private final Core core;
    private final Mesh mesh;

    CoreCalls(final Core core, final Mesh mesh) {
        this.core = core;
        this.mesh = mesh;
    }

    /** Runs the action on the named core's thread, given that core; it may touch its state alone. */
    public void run(final int target, final Consumer<Core> action) {
        mesh.calls(target).offer(action);
        if (target != core.id()) {
            mesh.sleeper(target).wake();
        }
    }

    @Override
    public int doWork(final long nowNs, final long nowMs) {
        int count = 0;
        Consumer<Core> action;
        while (count < LIMIT && (action = mesh.calls(core.id()).relaxedPoll()) != null) {
            action.accept(core);
            count++;
        }
        return count;
    }

    @Override
    public boolean mayPark() {
        return mesh.calls(core.id()).isEmpty();
    }
}
