package io.millrace.engine.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Reads {@code millrace.cores}: {@code all}, a count, or a list of processors such as {@code 0,2-3}. */
public final class CoreList {
    private static final int PROCESSOR_MAX = 1023;

    private CoreList() {}

    static boolean isWellFormed(final Object value) {
        try {
            choose((String) value, null);
            return true;
        } catch (final IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * Chooses processors among those the process may run on.
     *
     * @param allowed processors in rising order, or null if only the form is looked at
     * @throws IllegalArgumentException saying what is wrong
     */
    public static List<Integer> choose(final String text, final List<Integer> allowed) {
        if ("all".equals(text)) {
            return allowed;
        }
        if (text.matches("[0-9]{1,4}")) {
            final int count = Integer.parseInt(text);
            if (count < 1) {
                throw new IllegalArgumentException("expected at least 1 core");
            }
            if (allowed != null && count > allowed.size()) {
                throw new IllegalArgumentException(
                        "asks for " + count + " cores, but this process may run on " + allowed.size());
            }
            return allowed == null ? null : List.copyOf(allowed.subList(0, count));
        }
        final List<Integer> chosen = new ArrayList<>();
        for (final String part : text.split(",", -1)) {
            addRange(part.trim(), chosen);
        }
        final TreeSet<Integer> once = new TreeSet<>(chosen);
        if (allowed != null && once.size() < chosen.size()) {
            throw new IllegalArgumentException("names a processor twice");
        }
        if (allowed != null && !allowed.containsAll(chosen)) {
            throw new IllegalArgumentException(
                    "names processors other than " + allowed + ", which this process may use");
        }
        return new ArrayList<>(once);
    }

    private static void addRange(final String part, final List<Integer> chosen) {
        if (!part.matches("[0-9]{1,4}(-[0-9]{1,4})?")) {
            throw new IllegalArgumentException("'" + part + "' is no processor and no range of processors");
        }
        final int dash = part.indexOf('-');
        final int first = Integer.parseInt(dash < 0 ? part : part.substring(0, dash));
        final int last = dash < 0 ? first : Integer.parseInt(part.substring(dash + 1));
        if (first > last || last > PROCESSOR_MAX) {
            throw new IllegalArgumentException("'" + part + "' is no range of processors");
        }
        for (int processor = first; processor <= last; processor++) {
            chosen.add(processor);
        }
    }
}
