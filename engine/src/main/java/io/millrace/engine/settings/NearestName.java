package io.millrace.engine.settings;

/** Finds what somebody may have meant. */
final class NearestName {
    /** What differs in more than every third letter was not meant. */
    private static final int LETTERS_PER_CHANGE = 3;

    private NearestName() {}

    /** A sentence that names the nearest candidate, with a space before it; empty if none is near. */
    static String hint(final String name, final Iterable<String> candidates) {
        final String nearest = to(name, candidates);
        return nearest == null || distance(name, nearest) > name.length() / LETTERS_PER_CHANGE
                ? ""
                : " The nearest is " + nearest + ".";
    }

    /** The first of the candidates with the fewest letters to change, or null if there are none. */
    static String to(final String name, final Iterable<String> candidates) {
        String nearest = null;
        int least = Integer.MAX_VALUE;
        for (final String candidate : candidates) {
            final int distance = distance(name, candidate);
            if (distance < least) {
                least = distance;
                nearest = candidate;
            }
        }
        return nearest;
    }

    /** Letters to insert, remove, replace, or to swap with their neighbour. */
    static int distance(final String from, final String to) {
        int[] beforeLast = new int[to.length() + 1];
        int[] last = new int[to.length() + 1];
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                final boolean same = from.charAt(i - 1) == to.charAt(j - 1);
                row[j] = Math.min(Math.min(last[j], row[j - 1]) + 1, last[j - 1] + (same ? 0 : 1));
                if (i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1)) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            final int[] free = beforeLast;
            beforeLast = last;
            last = row;
            row = free;
        }
        return last[to.length()];
    }
}
