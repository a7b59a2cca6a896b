package io.millrace.perf.flame;

import java.util.regex.Pattern;

/** One function on a stack. */
record Frame(String name, Kind kind) {
    private static final String OURS = "io.millrace.";

    /** Whose code it is; told apart by colour. */
    enum Kind {
        THREAD,
        OURS,
        JAVA,
        NATIVE,
        KERNEL
    }

    /** What the JVM appends to the names of classes that it makes itself; another number in each run. */
    private static final Pattern HIDDEN = Pattern.compile("[./+]0x[0-9a-f]+");

    /** @param symbol a class with its packages, a dot, a method */
    static Frame java(final String symbol) {
        final String method = HIDDEN.matcher(symbol).replaceAll("");
        return new Frame(method, method.startsWith(OURS) ? Kind.OURS : Kind.JAVA);
    }

    /** What fits on a narrow box: the class and its method, without packages. */
    String label() {
        if (kind != Kind.OURS && kind != Kind.JAVA) {
            return name;
        }
        final int method = name.lastIndexOf('.');
        final int type = method < 0 ? -1 : name.lastIndexOf('.', method - 1);
        return name.substring(type + 1);
    }
}
