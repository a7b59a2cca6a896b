package io.millrace.tools.client;

/** A command of an administrator: one cluster, asked and left. */
abstract class AdminCommand extends ClientCommand {
    @Override
    int run(final Output out) {
        try (Cluster cluster = new Cluster(this)) {
            return run(cluster, out);
        }
    }

    /** Returns the exit code. */
    abstract int run(Cluster cluster, Output out);

    /** Shows one of several. */
    interface Shown {
        void show(String name, boolean isFirst);
    }

    /** Goes on behind those that cannot be shown, says why, and tells it in the exit code. */
    final int showEach(final Iterable<String> names, final Output out, final Shown each) {
        int code = 0;
        boolean isFirst = true;
        for (final String name : names) {
            try {
                each.show(name, isFirst);
                isFirst = false;
            } catch (final CommandFailure failure) {
                out.flush();
                say(failure.getMessage());
                code = FAILED;
            }
        }
        return code;
    }
}
