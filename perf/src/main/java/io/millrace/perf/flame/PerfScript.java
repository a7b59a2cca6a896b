package io.millrace.perf.flame;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads what {@code perf script -F comm,tid,ip,sym,dso} prints: for each sample a line with the thread, a line for each
 * function with the innermost first, an empty line.
 */
final class PerfScript {
    private static final String UNKNOWN = "[unknown]";
    private static final String KERNEL_ADDRESS = "ffff";
    private static final int ADDRESS_DIGITS = 16;

    private final Samples samples;
    private final List<Frame> innermostFirst = new ArrayList<>();
    private String thread = "";

    PerfScript(final Samples samples) {
        this.samples = samples;
    }

    void read(final String text) {
        text.lines().forEach(this::line);
        end();
    }

    private void line(final String line) {
        if (line.isBlank()) {
            end();
        } else if (Character.isWhitespace(line.charAt(0))) {
            function(line.strip());
        } else {
            end();
            final String head = line.strip();
            final int id = head.lastIndexOf(' ');
            thread = id < 0 ? head : head.substring(0, id).strip();
        }
    }

    private void function(final String line) {
        final int symbol = line.indexOf(' ');
        final int file = line.lastIndexOf(" (");
        if (symbol < 0 || file <= symbol) {
            return;
        }
        final String address = line.substring(0, symbol);
        final String name = line.substring(symbol + 1, file);
        final String from = line.substring(file + 2, line.length() - 1);
        final boolean isCompiled = from.endsWith(".map");
        if (address.length() == ADDRESS_DIGITS && address.startsWith(KERNEL_ADDRESS)) {
            innermostFirst.add(new Frame(name, Frame.Kind.KERNEL));
        } else if (isCompiled && isMethod(name)) {
            innermostFirst.add(Frame.java(methodOf(name)));
        } else {
            innermostFirst.add(new Frame(name.equals(UNKNOWN) ? unknownIn(from) : name, Frame.Kind.NATIVE));
        }
    }

    /** Beside methods the JIT's map has the JVM's own pieces of code, such as {@code StubRoutines (initial stubs)}. */
    private static boolean isMethod(final String symbol) {
        final int parameters = symbol.indexOf('(');
        return parameters > 0 && symbol.charAt(parameters - 1) != ' ';
    }

    /** Of {@code int a.b.C.method(int, d.E)}. */
    private static String methodOf(final String symbol) {
        final String head = symbol.substring(0, symbol.indexOf('('));
        return head.substring(head.lastIndexOf(' ') + 1);
    }

    private static String unknownIn(final String file) {
        return file.equals(UNKNOWN) ? UNKNOWN : "[" + file.substring(file.lastIndexOf('/') + 1) + "]";
    }

    private void end() {
        if (innermostFirst.isEmpty()) {
            return;
        }
        // Where the walk went astray its last steps lead nowhere; they are no one's callers.
        while (innermostFirst.size() > 1 && innermostFirst.getLast().name().equals(UNKNOWN)) {
            innermostFirst.removeLast();
        }
        samples.add(thread, innermostFirst.reversed());
        innermostFirst.clear();
    }
}
