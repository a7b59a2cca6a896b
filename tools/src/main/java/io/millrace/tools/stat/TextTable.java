package io.millrace.tools.stat;

import java.util.ArrayList;
import java.util.List;

/** Rows under a head, each column as wide as its widest cell, or as it was before: rows printed later stay in line. */
public final class TextTable {
    private final String[] head;
    private final int[] widths;
    private final List<String[]> rows = new ArrayList<>();

    public TextTable(final String... head) {
        this.head = head;
        widths = new int[head.length];
        widen(head);
    }

    public void row(final String... cells) {
        rows.add(cells);
        widen(cells);
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    private void widen(final String... cells) {
        for (int i = 0; i < cells.length; i++) {
            widths[i] = Math.max(widths[i], cells[i].length());
        }
    }

    /** The rows added since the last call. */
    public void print(final StringBuilder out, final boolean withHead) {
        if (withHead) {
            line(out, head);
        }
        rows.forEach(row -> line(out, row));
        rows.clear();
    }

    /** The first column is a name, all others are figures. */
    private void line(final StringBuilder out, final String... cells) {
        for (int i = 0; i < cells.length; i++) {
            final String space = " ".repeat(widths[i] - cells[i].length());
            out.append(i == 0 ? "" : "  ").append(i == 0 ? cells[i] + space : space + cells[i]);
        }
        while (out.charAt(out.length() - 1) == ' ') {
            out.setLength(out.length() - 1);
        }
        out.append('\n');
    }
}
