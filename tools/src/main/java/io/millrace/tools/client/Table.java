package io.millrace.tools.client;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Rows under a head: columns two spaces apart, figures to the right, {@code -} for nothing, so that people and awk can both
 * read it. The same rows are JSON objects, named as the columns are.
 */
final class Table {
    private final String[] names;
    private final List<Object[]> rows = new ArrayList<>();

    /** Names as JSON has them; people read them in capitals. */
    Table(final String... names) {
        this.names = names;
    }

    void row(final Object... cells) {
        assert cells.length == names.length;
        rows.add(cells);
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    List<Map<String, Object>> objects() {
        final List<Map<String, Object>> objects = new ArrayList<>();
        for (final Object[] row : rows) {
            final Map<String, Object> object = new LinkedHashMap<>();
            for (int i = 0; i < names.length; i++) {
                object.put(names[i], row[i]);
            }
            objects.add(object);
        }
        return objects;
    }

    void print(final Output out, final boolean json) {
        if (json) {
            objects().forEach(object -> out.line(Json.of(object)));
            return;
        }
        final int[] widths = new int[names.length];
        final boolean[] figures = new boolean[names.length];
        for (int i = 0; i < names.length; i++) {
            widths[i] = names[i].length();
            figures[i] = !rows.isEmpty();
            for (final Object[] row : rows) {
                widths[i] = Math.max(widths[i], text(row[i]).length());
                figures[i] &= row[i] == null || row[i] instanceof Number;
            }
        }
        final String[] head = new String[names.length];
        for (int i = 0; i < names.length; i++) {
            head[i] = names[i].toUpperCase(Locale.ROOT);
        }
        line(out, widths, figures, head);
        rows.forEach(row -> line(out, widths, figures, row));
    }

    private static void line(final Output out, final int[] widths, final boolean[] figures, final Object[] cells) {
        final StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            final String cell = text(cells[i]);
            final String space = " ".repeat(widths[i] - cell.length());
            line.append(i == 0 ? "" : "  ").append(figures[i] ? space + cell : cell + space);
        }
        out.line(line.toString().stripTrailing());
    }

    private static String text(final Object cell) {
        return switch (cell) {
            case null -> "-";
            case List<?> list when list.isEmpty() -> "-";
            case List<?> list ->
                String.join(",", list.stream().map(Object::toString).toList());
            default -> cell.toString().isEmpty() ? "-" : cell.toString();
        };
    }
}
