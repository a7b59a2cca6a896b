package io.millrace.tools.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What was seen in the whole run, and every finding on its way to the report. */
final class Totals implements Consumer<Finding> {
    private final Report report;
    long partitions;
    long segments;
    long batches;
    long bytes;
    private long damage;
    private long torn;
    private long notes;
    private List<Finding> held;
    private long[] counted;

    Totals(final Report report) {
        this.report = report;
    }

    @Override
    public void accept(final Finding finding) {
        if (held != null) {
            held.add(finding);
            return;
        }
        switch (finding.severity()) {
            case DAMAGE -> damage++;
            case TORN -> torn++;
            case NOTE -> notes++;
        }
        report.finding(finding);
    }

    /** What is found from here on may turn out to be nothing: it waits for {@link #release} or {@link #drop}. */
    void hold() {
        held = new ArrayList<>();
        counted = new long[] {segments, batches, bytes};
    }

    /** The first damage found since, or null. */
    Finding heldDamage() {
        return held.stream()
                .filter(each -> each.severity() == Finding.Severity.DAMAGE)
                .findFirst()
                .orElse(null);
    }

    void release() {
        final List<Finding> released = held;
        held = null;
        released.forEach(this);
    }

    /** As if nothing had been looked at since. */
    void drop() {
        held = null;
        segments = counted[0];
        batches = counted[1];
        bytes = counted[2];
    }

    boolean isDamaged() {
        return damage > 0;
    }

    void print() {
        report.row(Table.SUMMARY, partitions, segments, batches, bytes, damage, torn, notes);
    }
}
