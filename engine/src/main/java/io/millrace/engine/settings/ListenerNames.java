package io.millrace.engine.settings;

import java.util.Locale;

/** Settings whose name contains the name of a listener: {@code listener.name.<name>.…}. */
final class ListenerNames {
    private static final String PREFIX = "listener.name.";
    private static final String ADVERTISE = ".advertise";

    private ListenerNames() {}

    static boolean isAdvertise(final String name) {
        return name.startsWith(PREFIX)
                && name.endsWith(ADVERTISE)
                && name.length() > PREFIX.length() + ADVERTISE.length();
    }

    static boolean isPrefixed(final String name) {
        return name.startsWith(PREFIX);
    }

    static String advertise(final String listener) {
        return of(listener) + "advertise";
    }

    /** What the names of a listener's settings begin with; Kafka writes its name in lower case there. */
    static String of(final String listener) {
        return PREFIX + listener.toLowerCase(Locale.ROOT) + '.';
    }

    /** What follows the listener's name, or null. */
    static String suffix(final String name) {
        final int dot = name.indexOf('.', PREFIX.length());
        return dot < 0 || dot == PREFIX.length() ? null : name.substring(dot + 1);
    }
}
