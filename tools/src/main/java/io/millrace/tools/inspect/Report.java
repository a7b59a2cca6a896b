package io.millrace.tools.inspect;

import java.util.Locale;

/** Where rows go: text for people, JSON for programs. */
interface Report {
    /** One row; the values in the order of the table's columns. */
    void row(Table table, Object... values);

    /** A line that only people need. */
    void remark(String text);

    default void finding(final Finding finding) {
        row(
                Table.FINDING,
                finding.severity().name().toLowerCase(Locale.ROOT),
                finding.file().toString(),
                finding.position() < 0 ? null : finding.position(),
                finding.message());
    }
}
