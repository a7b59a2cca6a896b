package io.millrace.tools.inspect;

import io.millrace.tools.inspect.Values.Bytes;
import io.millrace.tools.inspect.Values.HeaderList;
import io.millrace.tools.inspect.Values.HeaderValue;
import io.millrace.tools.inspect.Values.Timestamp;
import java.util.List;
import java.util.Locale;

/** One JSON object a line, its kind in {@code "type"}. Bytes that are no printable UTF-8 become {@code {"hex":…}}. */
final class JsonReport implements Report {
    private final Output output;

    JsonReport(final Output output) {
        this.output = output;
    }

    @Override
    public void row(final Table table, final Object... values) {
        final StringBuilder json = new StringBuilder("{\"type\":");
        string(json, table.type());
        final List<Column> columns = table.columns();
        for (int i = 0; i < values.length; i++) {
            final String name = columns.get(i).name();
            if (name != null) {
                json.append(',');
                string(json, name);
                json.append(':');
                value(json, values[i]);
            }
        }
        output.line(json.append('}'));
    }

    @Override
    public void remark(final String text) {
        // What people are told, programs see in the rows.
    }

    private static void value(final StringBuilder json, final Object value) {
        switch (value) {
            case null -> json.append("null");
            case Timestamp timestamp -> json.append(timestamp.ms());
            case Bytes bytes -> bytes(json, bytes);
            case HeaderList list -> headers(json, list);
            case Double number -> json.append(String.format(Locale.ROOT, "%.4f", number));
            case Number number -> json.append(number);
            case Boolean flag -> json.append(flag);
            default -> string(json, value.toString());
        }
    }

    private static void headers(final StringBuilder json, final HeaderList list) {
        json.append('[');
        boolean first = true;
        for (final HeaderValue header : list.headers()) {
            json.append(first ? "{\"key\":" : ",{\"key\":");
            bytes(json, header.key());
            json.append(",\"value\":");
            value(json, header.value());
            json.append('}');
            first = false;
        }
        json.append(']');
    }

    private static void bytes(final StringBuilder json, final Bytes bytes) {
        final String printable = bytes.printable();
        if (printable == null) {
            json.append("{\"hex\":\"").append(bytes.hex()).append("\"}");
        } else {
            string(json, printable);
        }
    }

    private static void string(final StringBuilder json, final String text) {
        json.append(Values.quoted(text));
    }
}
