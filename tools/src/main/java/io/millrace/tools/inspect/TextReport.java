package io.millrace.tools.inspect;

import io.millrace.tools.inspect.Values.Bytes;
import io.millrace.tools.inspect.Values.HeaderList;
import io.millrace.tools.inspect.Values.HeaderValue;
import io.millrace.tools.inspect.Values.Timestamp;
import java.util.List;
import java.util.Locale;

/** Aligned columns. Headings are repeated whenever another table has come between, records and findings aside. */
final class TextReport implements Report {
    private final Output output;
    private Table headed;

    TextReport(final Output output) {
        this.output = output;
    }

    @Override
    public void row(final Table table, final Object... values) {
        if (table.isHeaded() && headed != table) {
            output.line(headings(table));
            headed = table;
        }
        switch (table) {
            case FINDING -> output.line(finding(values));
            case SEGMENT ->
                remark(values[0] + "  base offset " + values[1] + ", " + values[2] + " bytes"
                        + ((Boolean) values[3] ? ", active" : ""));
            case SUMMARY -> output.line(summary(values));
            default -> output.line(cells(table.columns(), values));
        }
    }

    @Override
    public void remark(final String text) {
        headed = null;
        output.line(text);
    }

    private static String headings(final Table table) {
        final StringBuilder line = new StringBuilder();
        for (final Column column : table.columns()) {
            if (column.heading() != null) {
                pad(line, column.heading(), column.width());
            }
        }
        return line.toString().stripTrailing();
    }

    private static String cells(final List<Column> columns, final Object[] values) {
        final StringBuilder line = new StringBuilder();
        for (int i = 0; i < values.length; i++) {
            final Column column = columns.get(i);
            if (column.heading() != null) {
                pad(line, text(values[i]), column.width());
            }
        }
        return line.toString().stripTrailing();
    }

    private static void pad(final StringBuilder line, final String text, final int width) {
        if (!line.isEmpty()) {
            line.append("  ");
        }
        final int missing = Math.max(0, Math.abs(width) - text.length());
        if (width > 0) {
            line.repeat(' ', missing);
        }
        line.append(text);
        if (width < 0) {
            line.repeat(' ', missing);
        }
    }

    private static String text(final Object value) {
        return switch (value) {
            case null -> "null";
            case Timestamp timestamp -> timestamp.text();
            case Bytes bytes -> bytes(bytes);
            case HeaderList list -> headers(list);
            case Double number -> String.format(Locale.ROOT, "%.2f", number);
            case Long number -> number == -1 ? "-" : number.toString();
            case Integer number -> number == -1 ? "-" : number.toString();
            case Boolean flag -> flag ? "yes" : "no";
            default -> value.toString();
        };
    }

    private static String bytes(final Bytes bytes) {
        final String printable = bytes.printable();
        return printable == null ? "0x" + bytes.hex() : Values.quoted(printable);
    }

    private static String headers(final HeaderList list) {
        final StringBuilder out = new StringBuilder();
        for (final HeaderValue header : list.headers()) {
            out.append(out.isEmpty() ? "" : " ");
            out.append(bytes(header.key())).append('=');
            out.append(header.value() == null ? "null" : bytes(header.value()));
        }
        return out.toString();
    }

    private static String finding(final Object[] values) {
        final String where = values[2] == null ? values[1].toString() : values[1] + " at byte " + values[2];
        return values[0] + ": " + where + ": " + values[3];
    }

    private static String summary(final Object[] values) {
        return String.format(
                Locale.ROOT,
                "%s, %s, %s, %d bytes: %s, %s, %s",
                count(values[0], "partition", "s"),
                count(values[1], "segment", "s"),
                count(values[2], "batch", "es"),
                (Long) values[3],
                (Long) values[4] == 0 ? "no damage" : values[4] + " damaged",
                count(values[5], "torn tail", "s"),
                count(values[6], "note", "s"));
    }

    private static String count(final Object number, final String what, final String plural) {
        return number + " " + what + ((Long) number == 1 ? "" : plural);
    }
}
