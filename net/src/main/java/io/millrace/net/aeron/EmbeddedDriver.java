package io.millrace.net.aeron;

import io.aeron.Aeron;
import io.aeron.CommonContext;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.BackoffIdleStrategy;

/**
 * Aeron's media driver inside this process, on one housekeeping thread of its own, and the way to make clients of it.
 * Its files lie in memory and go with it.
 */
public final class EmbeddedDriver implements AutoCloseable {
    private static final long LIVENESS_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long NOTICE_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long LINGER_NS = TimeUnit.MILLISECONDS.toNanos(200);
    /** For some hundreds of counters; Aeron's default would take 40 MB with the names. */
    private static final int COUNTER_VALUES_BYTES = 1 << 20;

    private static final int SPINS_MAX = 10;
    private static final int YIELDS_MAX = 20;
    private static final long PARK_NS_MIN = 1_000;
    private static final long PARK_NS_MAX = TimeUnit.MILLISECONDS.toNanos(1);

    private final EmbeddedDriverContext context;
    private final MediaDriver driver;

    /** @throws AeronException if the driver cannot start */
    public EmbeddedDriver(final EmbeddedDriverContext context) {
        this.context = context.conclude();
        try {
            driver = MediaDriver.launch(driverContext());
        } catch (final RuntimeException failure) {
            throw new AeronException(
                    "Aeron's driver does not start in " + context.directory() + ": " + firstLine(failure)
                            + "; name another directory with --aeron-dir",
                    failure);
        }
    }

    private MediaDriver.Context driverContext() {
        return new MediaDriver.Context()
                .aeronDirectoryName(context.directory().toString())
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true)
                .warnIfDirectoryExists(false)
                .threadingMode(ThreadingMode.SHARED)
                .asyncExecutorEnabled(false)
                .sharedIdleStrategy(new BackoffIdleStrategy(SPINS_MAX, YIELDS_MAX, PARK_NS_MIN, PARK_NS_MAX))
                .publicationTermBufferLength(context.termBytes())
                .ipcTermBufferLength(context.termBytes())
                .mtuLength(EmbeddedDriverContext.MTU_BYTES)
                .ipcMtuLength(EmbeddedDriverContext.MTU_BYTES)
                .termBufferSparseFile(true)
                .counterValuesBufferLength(COUNTER_VALUES_BYTES)
                .clientLivenessTimeoutNs(LIVENESS_NS)
                .publicationUnblockTimeoutNs(LIVENESS_NS + NOTICE_NS)
                .imageLivenessTimeoutNs(NOTICE_NS)
                .publicationConnectionTimeoutNs(NOTICE_NS)
                .publicationLingerTimeoutNs(LINGER_NS);
    }

    /** A client whose conductor runs by invocation, on the thread of its one user; no thread is started. */
    public Aeron connect() {
        return Aeron.connect(new Aeron.Context()
                .aeronDirectoryName(context.directory().toString())
                .useConductorAgentInvoker(true)
                .errorHandler(EmbeddedDriver::rethrow));
    }

    /** Within this machine, without a socket. */
    public static String ipcChannel() {
        return CommonContext.IPC_CHANNEL;
    }

    /** To a UDP endpoint, such as {@code 127.0.0.1:40123}. */
    public static String udpChannel(final String endpoint) {
        return "aeron:udp?endpoint=" + endpoint;
    }

    public EmbeddedDriverContext context() {
        return context;
    }

    @Override
    public void close() {
        driver.close();
    }

    private static void rethrow(final Throwable failure) {
        throw new AeronException("Aeron: " + firstLine(failure), failure);
    }

    private static String firstLine(final Throwable failure) {
        final String message = failure.getMessage();
        return message == null
                ? failure.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }
}
