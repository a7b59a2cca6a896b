package io.millrace.engine.log;

/**
 * A partition's directory and its name: {@code <topic>-<partition>}, {@code <topic>-<partition>.<32 hex>-delete} while
 * it is being removed, {@code <topic>-<partition>.<32 hex>-stray} if no topic claims it.
 */
public record PartitionDirectory(String name, String topic, int partition, State state) {
    public enum State {
        LIVE,
        DELETED,
        STRAY
    }

    private static final String DELETE_SUFFIX = "-delete";
    private static final String STRAY_SUFFIX = "-stray";
    private static final int NAME_LENGTH_MAX = 255;
    private static final int ID_LENGTH = 32;

    public static String nameOf(final String topic, final int partition) {
        return topic + '-' + partition;
    }

    /** The name while being removed; the id, from some entropy, keeps two removals of one name apart. */
    public static String deletedNameOf(final String liveName, final long idHigh, final long idLow) {
        return suffixed(liveName, idHigh, idLow, DELETE_SUFFIX);
    }

    public static String strayNameOf(final String liveName, final long idHigh, final long idLow) {
        return suffixed(liveName, idHigh, idLow, STRAY_SUFFIX);
    }

    /** Takes a directory's name apart; null if it is no partition's. */
    public static PartitionDirectory parse(final String name) {
        State state = State.LIVE;
        String live = name;
        if (name.endsWith(DELETE_SUFFIX) || name.endsWith(STRAY_SUFFIX)) {
            final int dot = name.lastIndexOf('.');
            final int dash = name.lastIndexOf('-');
            if (dot > 0 && dash - dot - 1 == ID_LENGTH && isHex(name, dot + 1, dash)) {
                state = name.endsWith(DELETE_SUFFIX) ? State.DELETED : State.STRAY;
                live = name.substring(0, dot);
            }
        }
        final int dash = live.lastIndexOf('-');
        if (dash < 0 || (dash == 0 && state == State.LIVE) || dash == live.length() - 1) {
            return null;
        }
        int partition = 0;
        for (int i = dash + 1; i < live.length(); i++) {
            final char digit = live.charAt(i);
            if (digit < '0' || digit > '9' || partition > (Integer.MAX_VALUE - 9) / 10) {
                return null;
            }
            partition = partition * 10 + digit - '0';
        }
        // A name of ours is exactly what formatting gives: "t-01" is not partition 1 of "t".
        if (live.charAt(dash + 1) == '0' && live.length() > dash + 2) {
            return null;
        }
        return new PartitionDirectory(name, live.substring(0, dash), partition, state);
    }

    private static String suffixed(final String liveName, final long idHigh, final long idLow, final String suffix) {
        final String tail = '.' + hex(idHigh) + hex(idLow) + suffix;
        if (liveName.length() + tail.length() <= NAME_LENGTH_MAX) {
            return liveName + tail;
        }
        // Too long for a file system: the topic gives way, the partition's number stays.
        final int dash = liveName.lastIndexOf('-');
        final String number = liveName.substring(dash);
        return liveName.substring(0, NAME_LENGTH_MAX - tail.length() - number.length()) + number + tail;
    }

    private static boolean isHex(final String text, final int from, final int to) {
        for (int i = from; i < to; i++) {
            if (Character.digit(text.charAt(i), 16) < 0) {
                return false;
            }
        }
        return true;
    }

    private static String hex(final long bits) {
        final String digits = Long.toHexString(bits);
        return "0".repeat(16 - digits.length()) + digits;
    }
}
