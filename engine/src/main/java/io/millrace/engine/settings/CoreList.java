package io.millrace.engine.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Reads {@code millrace.cores}: {@code all}, a count, or a list of processors such as {@code 0,2-3}. */
public final class CoreList {
    private static final int PROCESSOR_MAX = 1023;

    private CoreList() {}

    static boolean isWellFormed(final Object value) {
        final String text = (String) value;
        try {
            return isAll(text) || (isCount(text) ? countOf(text) : listOf(text).size()) > 0;
        } catch (final IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * Chooses processors among those the process may run on. Two threads of one physical core do little more than one, so
     * siblings are taken only if they are asked for: by a list, by a count above that of physical cores, or by {@code smt}.
     *
     * @param smt whether {@code all} means siblings too
     * @throws IllegalArgumentException saying what is wrong
     */
    public static Placement choose(final String text, final AllowedProcessors allowed, final boolean smt) {
        if (isAll(text)) {
            return all(allowed, smt);
        }
        return isCount(text) ? count(countOf(text), allowed) : list(listOf(text), allowed);
    }

    private static Placement all(final AllowedProcessors allowed, final boolean smt) {
        final List<Integer> siblings = allowed.siblings();
        if (siblings.isEmpty()) {
            return new Placement(List.copyOf(allowed.numbers()), "all that it may use");
        }
        return smt
                ? new Placement(List.copyOf(allowed.numbers()), "all that it may use, SMT siblings too")
                : new Placement(
                        List.copyOf(allowed.first()),
                        "one on each physical core; its SMT siblings " + show(siblings)
                                + " are left free, millrace.cores.smt=true takes them");
    }

    private static Placement count(final int count, final AllowedProcessors allowed) {
        if (count > allowed.count()) {
            throw new IllegalArgumentException(
                    "asks for " + count + " cores, but this process may run on " + allowed.count());
        }
        final int physical = allowed.first().size();
        if (count <= physical) {
            return new Placement(
                    List.copyOf(allowed.first().subList(0, count)),
                    count + " of " + physical + (physical < allowed.count() ? " physical cores" : ""));
        }
        final TreeSet<Integer> chosen = new TreeSet<>(allowed.first());
        final List<Integer> shared = allowed.siblings().subList(0, count - physical);
        chosen.addAll(shared);
        return new Placement(
                List.copyOf(chosen),
                "more than the " + physical + " physical cores, so " + show(shared) + " are SMT siblings of others");
    }

    private static Placement list(final List<Integer> listed, final AllowedProcessors allowed) {
        final TreeSet<Integer> once = new TreeSet<>(listed);
        if (once.size() < listed.size()) {
            throw new IllegalArgumentException("names a processor twice");
        }
        if (!allowed.numbers().containsAll(listed)) {
            throw new IllegalArgumentException(
                    "names processors other than " + allowed.numbers() + ", which this process may use");
        }
        return new Placement(List.copyOf(once), "as listed");
    }

    private static String show(final List<Integer> processors) {
        return processors.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    private static boolean isAll(final String text) {
        return "all".equals(text);
    }

    private static boolean isCount(final String text) {
        return text.matches("[0-9]{1,4}");
    }

    private static int countOf(final String text) {
        final int count = Integer.parseInt(text);
        if (count < 1) {
            throw new IllegalArgumentException("expected at least 1 core");
        }
        return count;
    }

    private static List<Integer> listOf(final String text) {
        final List<Integer> chosen = new ArrayList<>();
        for (final String part : text.split(",", -1)) {
            addRange(part.trim(), chosen);
        }
        return chosen;
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
