package io.millrace.tools.stat;

import java.util.Locale;

/** Figures in few characters, as people read them. */
public final class Numbers {
    private static final String[] THOUSANDS = {"", "k", "M", "G", "T", "P"};
    private static final double NS_PER_US = 1e3;
    private static final double NS_PER_MS = 1e6;
    private static final double NS_PER_S = 1e9;

    private Numbers() {}

    /** At most five characters: 0, 17, 1.7k, 230k, 1.2M. */
    public static String count(final double value) {
        double left = value;
        int power = 0;
        while (left >= 999.5 && power < THOUSANDS.length - 1) {
            left /= 1000;
            power++;
        }
        if (power == 0) {
            return left > 0 && left < 9.95 && left != Math.rint(left) ? text("%.1f", left) : text("%.0f", left);
        }
        return (left < 9.95 ? text("%.1f", left) : text("%.0f", left)) + THOUSANDS[power];
    }

    static String count(final long value) {
        return count((double) value);
    }

    static String time(final long ns) {
        return time((double) ns);
    }

    static String percent(final long part, final long whole) {
        return percent((double) part, (double) whole);
    }

    /** At most six characters: 0, 640ns, 1.7us, 23ms, 1.2s. */
    public static String time(final double ns) {
        if (ns < 1) {
            return "0";
        } else if (ns < 999.5) {
            return text("%.0fns", ns);
        } else if (ns < 999.5 * NS_PER_US) {
            return scaled(ns / NS_PER_US, "us");
        } else if (ns < 999.5 * NS_PER_MS) {
            return scaled(ns / NS_PER_MS, "ms");
        }
        return scaled(ns / NS_PER_S, "s");
    }

    private static String scaled(final double value, final String unit) {
        return (value < 9.95 ? text("%.1f", value) : text("%.0f", value)) + unit;
    }

    /** A share of a whole in per cent. */
    public static String percent(final double part, final double whole) {
        return whole <= 0 ? "-" : text("%.1f", 100 * part / whole);
    }

    static String text(final String format, final Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
