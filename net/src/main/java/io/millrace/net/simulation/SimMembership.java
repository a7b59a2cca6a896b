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

    final SimCaller caller;
    final GroupBook book;
    final String topic;
    final int partitions;

    int port = NOWHERE;
    String memberId = "";
    int epoch = -1;
    SortedSet<Integer> owned = new TreeSet<>();

    /** Counts what changed in it: what was asked for before is to be asked for anew. */
    int changes;

    private boolean underWay;
    private long nextBeatNs;

    SimMembership(final SimCaller caller, final GroupBook book, final String topic, final int partitions) {
        this.caller = caller;
        this.book = book;
        this.topic = topic;
        this.partitions = partitions;
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
