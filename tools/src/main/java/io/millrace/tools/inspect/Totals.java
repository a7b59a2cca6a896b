package io.millrace.tools.inspect;

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

    Totals(final Report report) {
        this.report = report;
    }

    @Override
    public void accept(final Finding finding) {
        switch (finding.severity()) {
            case DAMAGE -> damage++;
            case TORN -> torn++;
            case NOTE -> notes++;
        }
        report.finding(finding);
    }

    boolean isDamaged() {
        return damage > 0;
    }

    void print() {
        report.row(Table.SUMMARY, partitions, segments, batches, bytes, damage, torn, notes);
    }
}
