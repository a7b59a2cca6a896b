package io.millrace.engine.settings;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads {@code max.connections.per.ip.overrides}: limits of single addresses. Names are refused, not looked up. */
public final class ConnectionLimits {
    private static final Pattern ADDRESS =
            Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    private static final Pattern COUNT = Pattern.compile("[0-9]{1,9}");

    private ConnectionLimits() {}

    static boolean isWellFormed(final Object value) {
        try {
            parse((String) value);
            return true;
        } catch (final IllegalArgumentException e) {
            return false;
        }
    }

    /** Limits by address, as they were written; the last one of an address counts. */
    public static Map<String, Integer> parse(final String text) {
        final Map<String, Integer> limits = new TreeMap<>();
        for (final String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
            final int colon = part.lastIndexOf(':');
            final String address = colon < 0 ? "" : part.substring(0, colon).trim();
            final String count = part.substring(colon + 1).trim();
            if (!ADDRESS.matcher(address).matches() || !COUNT.matcher(count).matches()) {
                throw new IllegalArgumentException("'" + part + "' is no address with a count");
            }
            limits.put(address, Integer.parseInt(count));
        }
        return limits;
    }
}
