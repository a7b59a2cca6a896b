package io.millrace.engine.metadata;

/** Kafka's rules for names of topics, in its words. */
public final class TopicNames {
    public static final int LENGTH_MAX = 249;
    private static final String CLUSTER_METADATA = "__cluster_metadata";

    private TopicNames() {}

    /** Returns what is wrong with the name, or null. */
    public static String complaint(final String name) {
        if (name.isEmpty()) {
            return "Topic name is invalid: the empty string is not allowed";
        }
        if (".".equals(name) || "..".equals(name)) {
            return "Topic name is invalid: '" + name + "' is not allowed";
        }
        if (name.length() > LENGTH_MAX) {
            return "Topic name is invalid: the length of '" + name + "' is longer than the max allowed length "
                    + LENGTH_MAX;
        }
        for (int i = 0; i < name.length(); i++) {
            if (!isLegal(name.charAt(i))) {
                return "Topic name is invalid: '" + name
                        + "' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'";
            }
        }
        return null;
    }

    /** For messages: what no topic can be called may be very long. */
    public static String shortened(final String name) {
        return name.length() > LENGTH_MAX ? name.substring(0, LENGTH_MAX) + "..." : name;
    }

    private static boolean isLegal(final char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-';
    }

    /** Topics that clients read and write through coordinators; they are marked as such in metadata. */
    public static boolean isInternal(final String name) {
        return switch (name) {
            case "__consumer_offsets", "__transaction_state", "__share_group_state" -> true;
            default -> false;
        };
    }

    /** The one name that nobody may use. */
    public static boolean isProhibited(final String name) {
        return CLUSTER_METADATA.equals(name);
    }

    /** Whether two names would be one in a metric's name, where '.' and '_' are alike. */
    static boolean collide(final String first, final String second) {
        return first.length() == second.length() && unified(first).equals(unified(second));
    }

    /** The name as metrics have it: colliding names are one. */
    public static String unified(final String name) {
        return name.replace('.', '_');
    }

    static boolean mayCollide(final String name) {
        return name.indexOf('.') >= 0 || name.indexOf('_') >= 0;
    }
}
