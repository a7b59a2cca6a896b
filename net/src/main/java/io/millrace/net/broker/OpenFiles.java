package io.millrace.net.broker;

import com.sun.management.UnixOperatingSystemMXBean;
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

    static OpenFiles now() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? new OpenFiles(unix.getOpenFileDescriptorCount(), unix.getMaxFileDescriptorCount())
                : new OpenFiles(0, Long.MAX_VALUE);
    }

    /** Whether they are as good as used up. */
    boolean areUsedUp() {
        return open >= limit - MARGIN;
    }

    BrokerException refusal(final Throwable cause) {
        return new BrokerException(
                "too few open files allowed: " + open + " of " + limit + " are in use before the broker is ready; raise"
                        + " the limit (ulimit -n, or LimitNOFILE of a service) and start again",
                cause);
    }
}
