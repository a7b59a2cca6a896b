package io.millrace.tools.it.compat;

import io.millrace.tools.it.support.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.ApiMessage;

/** Asks both brokers the same and keeps what differs. */
final class Twins {
    private static final int ATTEMPTS = 300;

    private final Party subject;
    private final Party reference;
    private final short version;
    private final List<String> differences = new ArrayList<>();
    private final List<String> answers = new ArrayList<>();
    private int asked;

    Twins(final Party subject, final Party reference, final int version) {
        this.subject = subject;
        this.reference = reference;
        this.version = (short) version;
    }

    short version() {
        return version;
    }

    int asked() {
        return asked;
    }

    List<String> differences() {
        return differences;
    }

    /** What the reference said to each question. */
    List<String> answers() {
        return answers;
    }

    void each(final Consumer<Party> action) {
        action.accept(subject);
        action.accept(reference);
    }

    void topic(final String name, final int partitions, final String... configs) {
        each(party -> party.createTopic(name, partitions, configs));
    }

    /** One question of the script's version; versions that cannot put it are passed over. */
    void ask(final String label, final Function<Party, ApiMessage> request) {
        ask(label, version, request);
    }

    void ask(final String label, final short askedVersion, final Function<Party, ApiMessage> request) {
        if (isSayable(request.apply(reference), askedVersion)) {
            final Map<String, String> expected = answer(reference, askedVersion, request);
            compare(label, expected, answer(subject, askedVersion, request));
        }
    }

    /** A question that changes nothing, put again while what was changed before it still spreads. */
    void askUntilEqual(final String label, final Function<Party, ApiMessage> request) {
        askUntilEqual(label, version, request);
    }

    void askUntilEqual(final String label, final short askedVersion, final Function<Party, ApiMessage> request) {
        if (!isSayable(request.apply(reference), askedVersion)) {
            return;
        }
        Map<String, String> expected = answer(reference, askedVersion, request);
        Map<String, String> got = answer(subject, askedVersion, request);
        for (int attempt = 0;
                attempt < ATTEMPTS && !Normal.differences(expected, got).isEmpty();
                attempt++) {
            pause();
            expected = answer(reference, askedVersion, request);
            got = answer(subject, askedVersion, request);
        }
        compare(label, expected, got);
    }

    private static Map<String, String> answer(
            final Party party, final short askedVersion, final Function<Party, ApiMessage> request) {
        return Normal.of(party, party.ask(request.apply(party), askedVersion));
    }

    /** Not every version has a place for everything: nulls, ids, flags. */
    private static boolean isSayable(final ApiMessage request, final short askedVersion) {
        try {
            Wire.request(request, askedVersion, 0);
            return true;
        } catch (final UnsupportedVersionException | NullPointerException e) {
            return false;
        }
    }

    static void pause(final long ms) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    static void pause() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }

    private void compare(final String label, final Map<String, String> expected, final Map<String, String> got) {
        asked++;
        answers.add(label + ": " + expected);
        for (final String path : Normal.differences(expected, got)) {
            final String wanted = expected.getOrDefault(path, "(nothing)");
            final String found = got.getOrDefault(path, "(nothing)");
            differences.add(label + ": " + path + " expected " + wanted + " got " + found);
        }
    }

    /** For scripts that need an answer's number, which is positive: each broker's own. */
    <R extends ApiMessage> void learn(
            final String name,
            final short askedVersion,
            final Class<R> response,
            final Function<Party, ApiMessage> request,
            final Function<R, Number> number) {
        each(party -> {
            long learned = number.apply(party.call(request.apply(party), askedVersion, response))
                    .longValue();
            for (int attempt = 0; attempt < ATTEMPTS && learned <= 0; attempt++) {
                pause();
                learned = number.apply(party.call(request.apply(party), askedVersion, response))
                        .longValue();
            }
            party.remember(name, learned);
        });
    }
}
