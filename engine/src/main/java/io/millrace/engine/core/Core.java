package io.millrace.engine.core;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.Poller;
import io.millrace.engine.port.Stage;
import io.millrace.engine.port.Time;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * One core: a loop that owns its partitions, its sockets and everything it touches outright. {@link #doWork} is one
 * duty cycle and may be called by any one thread, the pinned one in production, the only one in the simulation. All
 * state below belongs to whoever calls it first.
 */
public final class Core {
    private static final int MESSAGE_LIMIT = 256;
    private static final int DISK_LIMIT = 256;
    private static final int DEADLINE_LIMIT = 64;
    private static final int RETRY_LIMIT = 64;

    private final int id;
    private final Time time;
    private final Disk disk;
    private final Poller poller;
    private final Sleeper sleeper;
    private final long spinBeforeParkNs;
    private final CoreProxy[] proxies;
    private final CoreAdapter[] mailbox;
    private final Requests requests;
    private final MessageRoutes routes = new MessageRoutes();
    private final Deadlines deadlines;
    private final List<Stage> stages = new ArrayList<>();
    private Thread owner;
    private long nowNs;
    private long nowMs;
    private long idleSinceNs = -1;

    public Core(final CoreContext context) {
        context.conclude();
        id = context.core();
        time = context.time();
        disk = context.disk();
        poller = context.poller();
        spinBeforeParkNs = context.spinBeforeParkNs();
        final Mesh mesh = context.mesh();
        sleeper = mesh.sleeper(id);
        sleeper.bind(poller);
        proxies = new CoreProxy[mesh.coreCount()];
        for (int to = 0; to < proxies.length; to++) {
            proxies[to] = new CoreProxy(mesh.ring(id, to), mesh.sleeper(to));
        }
        requests = new Requests(proxies);
        mailbox = new CoreAdapter[mesh.coreCount()];
        for (int from = 0; from < mailbox.length; from++) {
            mailbox[from] = new CoreAdapter(from, mesh.ring(from, id), requests, routes);
        }
        nowNs = time.nanoTime();
        nowMs = time.epochMs();
        deadlines = new Deadlines(nowNs);
    }

    /** One duty cycle; returns how much was done, 0 for nothing. */
    public int doWork() {
        checkOwner();
        nowNs = time.nanoTime();
        nowMs = time.epochMs();
        int work = drainMailbox() + disk.poll(DISK_LIMIT) + poller.poll(0) + mailbox[id].drain(MESSAGE_LIMIT);
        for (int i = 0; i < stages.size(); i++) {
            work += stages.get(i).doWork(nowNs, nowMs);
        }
        work += deadlines.poll(nowNs, nowMs, DEADLINE_LIMIT) + attemptRetries();
        for (final CoreProxy proxy : proxies) {
            proxy.flushWake();
        }
        return work;
    }

    /** After a duty cycle without work: looks on for a while, then sleeps until a socket, a message or a deadline. */
    public void idle() {
        final long now = time.nanoTime();
        if (idleSinceNs < 0) {
            idleSinceNs = now;
        }
        if (now - idleSinceNs < spinBeforeParkNs) {
            Thread.onSpinWait();
            return;
        }
        idleSinceNs = -1;
        park(now);
    }

    /** Whether there is nothing to do before a message, a completion, a socket or a deadline comes. */
    public boolean mayPark() {
        if (disk.hasReady()) {
            return false;
        }
        for (int i = 0; i < mailbox.length; i++) {
            if (!mailbox[i].isEmpty()) {
                return false;
            }
        }
        for (int i = 0; i < stages.size(); i++) {
            if (!stages.get(i).mayPark()) {
                return false;
            }
        }
        return true;
    }

    /** Nanoseconds until the next deadline; {@code Long.MAX_VALUE} if there is none. */
    public long untilNextDeadlineNs() {
        return deadlines.untilNext(time.nanoTime());
    }

    private void park(final long now) {
        sleeper.fallAsleep();
        final long waitNs = deadlines.untilNext(now);
        if (waitNs > 0 && mayPark()) {
            poller.poll(waitNs);
        }
        sleeper.awake();
    }

    private int drainMailbox() {
        int work = 0;
        for (int i = 0; i < mailbox.length; i++) {
            work += mailbox[i].drain(MESSAGE_LIMIT);
        }
        return work;
    }

    private int attemptRetries() {
        int work = 0;
        for (final CoreProxy proxy : proxies) {
            work += proxy.attempt(RETRY_LIMIT);
        }
        return work;
    }

    /** Answers a request of another core (or of this one); its sender has reserved the space. */
    void reply(final int to, final int templateId, final DirectBuffer message, final int length) {
        proxies[to].reply(templateId, message, length);
    }

    private void checkOwner() {
        if (owner != Thread.currentThread()) {
            if (owner != null) {
                throw new IllegalStateException("core " + id + " belongs to " + owner.getName());
            }
            owner = Thread.currentThread();
        }
    }

    public int id() {
        return id;
    }

    /** Time of the current duty cycle, monotonic nanoseconds. */
    public long nowNs() {
        return nowNs;
    }

    /** Time of the current duty cycle, milliseconds since the epoch. */
    public long nowMs() {
        return nowMs;
    }

    public Requests requests() {
        return requests;
    }

    public MessageRoutes routes() {
        return routes;
    }

    public Deadlines deadlines() {
        return deadlines;
    }

    /** Adds a share of the duty cycle; before the first cycle only. */
    public void addStage(final Stage stage) {
        stages.add(stage);
    }
}
