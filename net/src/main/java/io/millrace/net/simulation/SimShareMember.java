package io.millrace.net.simulation;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A member of a share group: fetches from the partitions that it is told, accepts, rejects, releases and renews what it gets.
 * It crashes, leaves, and stands still, with its connections open, until its locks have ended and it was given up.
 */
final class SimShareMember extends SimCaller {
    private static final int CHAOS_ODDS = 1_000;
    private static final int REST_MS_MAX = 1_600;
    private static final int SHORT_REST_MS_MAX = 200;

    private final SharedBook book;
    private final String topic;
    private final SimShareMembership membership;
    private final TreeMap<Integer, SimShareSession> sessions = new TreeMap<>();
    private boolean stopped;

    SimShareMember(
            final String name,
            final SimWorld world,
            final SharedBook book,
            final String topic,
            final int partitions,
            final int bootstrapPort) {
        super(name, world, List.of(topic), bootstrapPort);
        this.book = book;
        this.topic = topic;
        membership = new SimShareMembership(this, new GroupBook(world, book.group()), topic, partitions);
    }

    @Override
    int act() {
        if (!book.isOpen()) {
            return 0;
        }
        if (!stopped && entropy().nextInt(CHAOS_ODDS) == 0) {
            disturb();
            return 1;
        }
        int work = membership.step();
        if (!membership.isStable()) {
            return work;
        }
        final TreeMap<Integer, SortedSet<Integer>> byPort = new TreeMap<>();
        sessions.keySet().forEach(port -> byPort.put(port, new TreeSet<>()));
        for (final int partition : membership.owned) {
            final int port = leaderPort(topic, partition);
            if (port >= 0) {
                byPort.computeIfAbsent(port, key -> new TreeSet<>()).add(partition);
            }
        }
        for (final int port : byPort.keySet()) {
            work += session(port).step(membership.memberId, byPort.get(port));
        }
        return work;
    }

    private SimShareSession session(final int port) {
        return sessions.computeIfAbsent(port, key -> {
            final SimShareSession session = new SimShareSession(this, book, topic, port);
            if (stopped) {
                session.calm();
            }
            return session;
        });
    }

    private void disturb() {
        switch (entropy().nextInt(3)) {
            case 0 -> {
                world().count("share member crashed");
                crash();
                rest(entropy().nextInt(SHORT_REST_MS_MAX) * 1_000_000L);
            }
            case 1 -> {
                world().count("share member left");
                loseCalls();
                sessions.values().forEach(SimShareSession::drop);
                membership.leave();
                membership.crash();
                rest(entropy().nextInt(SHORT_REST_MS_MAX) * 1_000_000L);
            }
            default -> {
                world().count("share member stood still");
                rest(entropy().nextInt(REST_MS_MAX) * 1_000_000L);
            }
        }
    }

    private void crash() {
        loseCalls();
        sessions.values().forEach(SimShareSession::drop);
        hangUp();
        membership.crash();
    }

    /** Nothing bad happens to it any more. */
    void stop() {
        stopped = true;
        sessions.values().forEach(SimShareSession::calm);
        if (entropy().nextInt(3) == 0) {
            crash();
        }
    }

    @Override
    boolean isDone() {
        return stopped && sessions.values().stream().allMatch(SimShareSession::isIdle);
    }

    @Override
    public String toString() {
        return name() + ": " + membership + ' ' + sessions.values();
    }
}
