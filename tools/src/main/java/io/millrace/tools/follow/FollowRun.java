package io.millrace.tools.follow;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/** Turns a {@link FollowAgent} on the calling thread until it is done or the process is told to end. */
public final class FollowRun {
    private static final int SPINS_MAX = 20;
    private static final int YIELDS_MAX = 20;
    private static final long PARK_NS_MIN = 20_000;
    private static final long PARK_NS_MAX = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long END_SECONDS_MAX = 30;

    private final FollowContext context;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean stopping;
    private volatile boolean orderly;

    public FollowRun(final FollowContext context) {
        this.context = context;
    }

    /** @throws IOException if the data directory cannot be used */
    public int run() throws IOException {
        final Thread hook = new Thread(this::stop, "millrace-follow-stop");
        try {
            follow(hook);
            orderly = true;
        } finally {
            ended.countDown();
        }
        if (!stopping) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
        return 0;
    }

    private void follow(final Thread hook) throws IOException {
        try (FollowAgent agent = new FollowAgent(context)) {
            Runtime.getRuntime().addShutdownHook(hook);
            System.err.println("Following " + context.topic() + "-" + context.partition() + " of "
                    + context.from().getHostString() + ":" + context.from().getPort() + " into "
                    + context.dataDirectory().toAbsolutePath().normalize());
            turn(agent);
        }
    }

    private void turn(final FollowAgent agent) {
        final IdleStrategy idle = new BackoffIdleStrategy(SPINS_MAX, YIELDS_MAX, PARK_NS_MIN, PARK_NS_MAX);
        final FollowProgress progress = new FollowProgress(agent, System.err, isTerminal(), System.nanoTime());
        boolean told = false;
        try {
            while (!stopping && !(context.once() && agent.hasCaughtUp())) {
                idle.idle(agent.doWork());
                if (!told && agent.copy().isOpen()) {
                    told = true;
                    agent.copy().findings().forEach(System.err::println);
                }
                progress.show(System.nanoTime());
            }
        } finally {
            progress.end();
        }
        if (agent.copy().isOpen()) {
            System.err.println("The copy ends at offset " + agent.copy().log().stableOffset());
        }
    }

    private static boolean isTerminal() {
        return System.console() != null && System.console().isTerminal();
    }

    /** Ctrl-C and SIGTERM end here. Halts, since a process that was asked to stop and did so has not failed. */
    private void stop() {
        stopping = true;
        try {
            if (!ended.await(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                System.err.println("millrace follow: the copy does not end; leaving it as after a crash");
            } else if (orderly) {
                Runtime.getRuntime().halt(0);
            }
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
