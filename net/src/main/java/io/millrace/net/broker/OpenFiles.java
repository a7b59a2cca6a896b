package io.millrace.net.broker;

import com.sun.management.UnixOperatingSystemMXBean;
import io.millrace.engine.log.DiskException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;

/**
 * How many files and sockets this process has open and may have. The system reports a lack of them in the same breath
 * as other failures of a file.
 *
 * @param open now
 * @param limit how many there may be; {@link Long#MAX_VALUE} if the system does not tell
 */
record OpenFiles(long open, long limit) {
    /** What fails for want of a descriptor may have given a few back before anybody looks. */
    private static final long MARGIN = 8;

    private static final String TOO_FEW = "too few open files allowed";
    private static final String ADVICE = "; raise the limit (ulimit -n, or LimitNOFILE of a service) and start again";

    static OpenFiles now() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? new OpenFiles(unix.getOpenFileDescriptorCount(), unix.getMaxFileDescriptorCount())
                : new OpenFiles(0, Long.MAX_VALUE);
    }

    /** Whether they are as good as used up. */
    boolean areUsedUp() {
        return open >= limit - MARGIN;
    }

    /**
     * What to say if the failure comes of a lack of files, or null. To be asked before anything is closed. Without a
     * descriptor to spare the JVM can load neither classes nor libraries: then this too fails, or says so in a message.
     */
    static BrokerException refusalOf(final Throwable failure) {
        if (!(failure instanceof DiskException || failure instanceof UncheckedIOException)
                && !(failure instanceof LinkageError)
                && !saysSo(failure)) {
            return null;
        }
        try {
            final OpenFiles now = now();
            return now.areUsedUp() || saysSo(failure) ? now.refusal(failure) : null;
        } catch (final LinkageError | InternalError lacking) {
            return new BrokerException(TOO_FEW + ADVICE, failure);
        }
    }

    private static boolean saysSo(final Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null && cause.getMessage().contains("Too many open files")) {
                return true;
            }
        }
        return false;
    }

    BrokerException refusal(final Throwable cause) {
        return new BrokerException(
                TOO_FEW + ": " + open + " of " + limit + " are in use before the broker is ready" + ADVICE, cause);
    }
}
