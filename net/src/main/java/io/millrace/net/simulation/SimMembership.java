package io.millrace.net.simulation;

import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** A member's part in its group's protocol, classic or KIP-848. */
abstract class SimMembership {
    static final int NOWHERE = -1;
    private static final int FENCED_REST_MS_MAX = 400;

    final SimCaller caller;
    final GroupBook book;
    final String topic;
    final int partitions;
    /** Its group.instance.id, or null if it is no static member. */
    final String instance;

    int port = NOWHERE;
    String memberId = "";
    int epoch = -1;
    SortedSet<Integer> owned = new TreeSet<>();

    /** Counts what changed in it: what was asked for before is to be asked for anew. */
    int changes;

    private boolean underWay;
    private long nextBeatNs;

    SimMembership(
            final SimCaller caller,
            final GroupBook book,
            final String topic,
            final int partitions,
            final String instance) {
        this.caller = caller;
        this.book = book;
        this.topic = topic;
        this.partitions = partitions;
        this.instance = instance;
    }

    /** Under which name it owns partitions: a static member keeps them while it begins anew. */
    final String owner() {
        return instance == null ? memberId : instance;
    }

    /** Another one has its instance id: ends, and comes back later. */
    final void fenced() {
        caller.world().count("static member fenced");
        memberId = "";
        forget();
        caller.rest(caller.entropy().nextInt(FENCED_REST_MS_MAX) * 1_000_000L);
    }

    /** Sends what is next of the protocol itself. */
    abstract void proceed();

    /** Whether it may work, as far as it knows. */
    abstract boolean isStable();

    abstract void leave();

    /** The process is gone. */
    void crash() {
        underWay = false;
        port = NOWHERE;
        memberId = "";
        forget();
    }

    /** No longer a member, or not yet. */
    void forget() {
        epoch = -1;
        own(new TreeSet<>());
    }

    /** From now on these partitions are its own. */
    final void own(final SortedSet<Integer> given) {
        changes++;
        owned = given;
    }

    final int step() {
        if (underWay) {
            return 0;
        }
        if (port == NOWHERE) {
            started(caller.findCoordinator(
                    SimCaller.GROUP,
                    book.group(),
                    found -> {
                        underWay = false;
                        port = found;
                    },
                    this::onLost));
            return 1;
        }
        if (isStable() && caller.world().nowNs() < nextBeatNs) {
            return 0;
        }
        proceed();
        return 1;
    }

    final long nextBeatNs() {
        return nextBeatNs;
    }

    final void beatIn(final long durationNs) {
        nextBeatNs = caller.world().nowNs() + durationNs;
    }

    private void onLost() {
        underWay = false;
        port = NOWHERE;
    }

    private void started(final boolean sent) {
        underWay = sent;
        if (!sent) {
            port = NOWHERE;
        }
    }

    final void send(
            final ApiKeys api, final int version, final ApiMessage request, final Consumer<SimSocket.Answer> answered) {
        started(caller.call(
                port,
                api,
                version,
                request,
                answer -> {
                    underWay = false;
                    answered.accept(answer);
                },
                this::onLost));
    }

    /** An error of the coordinator itself: looks for it anew. */
    final void again(final Errors error) {
        caller.world().onClientError(error);
        if (!SimCaller.isTransient(error)) {
            throw new ViolationException(caller.name() + " of " + book.group() + ": " + error + " in epoch " + epoch);
        }
        port = NOWHERE;
        caller.retryLater();
    }

    @Override
    public String toString() {
        return book.group() + " member " + memberId + " epoch " + epoch + " owns " + owned + " at " + port
                + (underWay ? " under way" : "");
    }
}
