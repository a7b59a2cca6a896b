package io.millrace.tools.client;

/** A command of an administrator: one cluster, asked and left. */
abstract class AdminCommand extends ClientCommand {
    @Override
    final int run(final Output out) {
        try (Cluster cluster = new Cluster(this)) {
            return run(cluster, out);
        }
    }

    /** Returns the exit code. */
    abstract int run(Cluster cluster, Output out);
}
