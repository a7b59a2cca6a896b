package io.millrace.tools.doctor;

/**
 * What one check found.
 *
 * @param seen   the figure, or why nothing could be seen
 * @param change one line to paste into a shell, or what to write where; empty if there is nothing to change
 */
public record Finding(Level level, String check, String seen, String change) {
    static Finding ok(final String check, final String seen) {
        return new Finding(Level.OK, check, seen, "");
    }

    static Finding advice(final String check, final String seen, final String change) {
        return new Finding(Level.ADVICE, check, seen, change);
    }

    static Finding bad(final String check, final String seen, final String change) {
        return new Finding(Level.BAD, check, seen, change);
    }

    static Finding skipped(final String check, final String reason) {
        return new Finding(Level.SKIPPED, check, reason, "");
    }
}
