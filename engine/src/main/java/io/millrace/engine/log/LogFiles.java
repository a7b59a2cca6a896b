package io.millrace.engine.log;

/** The names of the files in a partition's directory, as Kafka names them: a 20-digit offset and a suffix. */
public final class LogFiles {
    public static final String LOG = ".log";
    public static final String INDEX = ".index";
    public static final String TIME_INDEX = ".timeindex";
    public static final String TXN_INDEX = ".txnindex";
    public static final String SNAPSHOT = ".snapshot";
    public static final String DELETED = ".deleted";
    public static final String CLEANED = ".cleaned";
    public static final String SWAP = ".swap";
    public static final String TMP = ".tmp";
    public static final String LEADER_EPOCHS = "leader-epoch-checkpoint";
    public static final String PARTITION_METADATA = "partition.metadata";

    private static final int DIGITS = 20;

    private LogFiles() {}

    public static String path(final String directory, final long offset, final String suffix) {
        return directory + '/' + name(offset, suffix);
    }

    public static String name(final long offset, final String suffix) {
        final String digits = Long.toString(offset);
        return "0".repeat(DIGITS - digits.length()) + digits + suffix;
    }

    /** The offset in a file's name, or -1 if the name is not 20 digits and then exactly the suffix. */
    public static long offsetOf(final String name, final String suffix) {
        if (name.length() != DIGITS + suffix.length() || !name.endsWith(suffix)) {
            return -1;
        }
        long offset = 0;
        for (int i = 0; i < DIGITS; i++) {
            final int digit = name.charAt(i) - '0';
            if (digit < 0 || digit > 9 || offset > (Long.MAX_VALUE - digit) / 10) {
                return -1;
            }
            offset = offset * 10 + digit;
        }
        return offset;
    }
}
