package io.millrace.perf.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One benchmark then and now.
 *
 * @param then null if the baseline does not know it
 * @param now null if it was not run
 */
public record Change(String benchmark, Measured then, Measured now) {
    /** Beyond this many times the baseline's time a comparison fails: less is within what machines do by themselves. */
    public static final double RATIO_MAX = 1.5;

    /** From so many bytes a call on a comparison fails. */
    public static final double BYTES_MORE = 1;

    /** What a change amounts to; the worst that is true. */
    public enum Verdict {
        SAME(""),
        NEW("new"),
        NOT_RUN("not run"),
        FASTER("faster"),
        SLOWER("slower"),
        TOO_SLOW("TOO SLOW"),
        ALLOCATES("ALLOCATES");

        private final String label;

        Verdict(final String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }

        public boolean fails() {
            return this == TOO_SLOW || this == ALLOCATES;
        }
    }

    /** All benchmarks of the baseline in its order, then those that it does not know. */
    public static List<Change> between(final List<Measured> before, final List<Measured> after) {
        final Map<String, Measured> found = new LinkedHashMap<>();
        after.forEach(each -> found.put(each.benchmark(), each));
        final List<Change> changes = new ArrayList<>();
        for (final Measured then : before) {
            changes.add(new Change(then.benchmark(), then, found.remove(then.benchmark())));
        }
        found.values().forEach(now -> changes.add(new Change(now.benchmark(), null, now)));
        return changes;
    }

    /** Time now by time then, or NaN. */
    public double ratio() {
        return then == null || now == null ? Double.NaN : now.ns() / then.ns();
    }

    public Verdict verdict() {
        if (then == null) {
            return Verdict.NEW;
        }
        if (now == null) {
            return Verdict.NOT_RUN;
        }
        if (now.bytes() - then.bytes() >= BYTES_MORE) {
            return Verdict.ALLOCATES;
        }
        final double difference = now.ns() - then.ns();
        if (Math.abs(difference) <= now.nsError() + then.nsError()) {
            return Verdict.SAME;
        }
        if (ratio() > RATIO_MAX) {
            return Verdict.TOO_SLOW;
        }
        return difference < 0 ? Verdict.FASTER : Verdict.SLOWER;
    }
}
