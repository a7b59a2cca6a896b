package io.millrace.tools.inspect;

/**
 * One column of a {@link Table}.
 *
 * @param name    the field's name in JSON, or null for a column that JSON goes without
 * @param heading above the column in text, or null for a field that text goes without
 * @param width   characters in text: positive aligned right, negative left, 0 as wide as it comes
 */
record Column(String name, String heading, int width) {
    static Column both(final String name, final String heading, final int width) {
        return new Column(name, heading, width);
    }

    static Column jsonOnly(final String name) {
        return new Column(name, null, 0);
    }

    static Column textOnly(final String heading, final int width) {
        return new Column(null, heading, width);
    }
}
