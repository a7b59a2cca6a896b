package io.millrace.tools;

import io.millrace.engine.settings.BrokerConfig;
import io.millrace.engine.settings.BrokerSettings;
import io.millrace.engine.settings.SettingException;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.settings.SettingsLoader;
import io.millrace.net.broker.Broker;
import io.millrace.net.broker.BrokerException;
import io.millrace.net.broker.BrokerLog;
import io.millrace.net.broker.Processors;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Runs a broker in the foreground from its settings to its orderly end: mistakes become one line each, signals an
 * orderly stop.
 */
final class BrokerLauncher {
    private static final int FAILED = 1;

    private final PrintStream out;
    private final PrintStream err;
    private final boolean force;
    private final Path pidFile;
    private final AtomicReference<Broker> running = new AtomicReference<>();
    private volatile boolean ending;

    BrokerLauncher(final PrintStream out, final PrintStream err, final boolean force, final Path pidFile) {
        this.out = out;
        this.err = err;
        this.force = force;
        this.pidFile = pidFile;
    }

    /** Returns only if the broker did not start: one that runs ends with the process. */
    int run(final Supplier<SettingsLoader> source) {
        final Thread onSignal = new Thread(this::stopOnSignal, "stop");
        Runtime.getRuntime().addShutdownHook(onSignal);
        try {
            final SettingsLoader loader = source.get();
            final Settings settings = loader.load();
            final BrokerLog log = logOf(settings);
            loader.warnings().forEach(log::warn);
            final BrokerConfig config = BrokerConfig.conclude(settings, hostName(), Processors.allowed(), force);
            checkPidFile();
            final Broker broker = Broker.start(config, log, out, this::onServing);
            broker.awaitEnd();
            return 0;
        } catch (final SettingException | BrokerException mistake) {
            err.println("millrace: " + mistake.getMessage());
            return giveUp();
        } catch (final RuntimeException failure) {
            err.println("millrace: cannot start: " + describe(failure));
            return giveUp();
        } catch (final LinkageError failure) {
            err.println("millrace: cannot start: " + failure + ": a file of the installation is gone, or too few open"
                    + " files are allowed (ulimit -n, or LimitNOFILE of a service)");
            return giveUp();
        } catch (final Error failure) {
            // A defect: the process has failed, which its hook must not take for a wish to stop.
            giveUp();
            throw failure;
        }
    }

    private void onServing(final Broker broker) {
        running.set(broker);
        writePidFile();
    }

    private int giveUp() {
        ending = true;
        return FAILED;
    }

    /** Failures of the start say what is wrong in their message; what has none is a defect and shown whole. */
    private static String describe(final RuntimeException failure) {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    /** Ctrl-C and SIGTERM end here. Halts, since a process that was asked to stop and did so has not failed. */
    private void stopOnSignal() {
        if (ending) {
            return;
        }
        final Broker broker = running.get();
        if (broker == null) {
            err.println("millrace: stopped before it was ready");
        } else {
            broker.close();
            out.println("Millrace stopped");
        }
        removePidFile();
        out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static BrokerLog logOf(final Settings settings) {
        final String level = settings.stringOf(BrokerSettings.LOG_LEVEL);
        return new BrokerLog(System.err, BrokerLog.Level.valueOf(level.toUpperCase(Locale.ROOT)));
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getCanonicalHostName();
        } catch (final UnknownHostException unnamed) {
            return "localhost";
        }
    }

    /** Before the start: what cannot be written then would leave a broker that runs without it. */
    private void checkPidFile() {
        if (pidFile != null) {
            final Path folder = pidFile.toAbsolutePath().getParent();
            final boolean writable = Files.exists(pidFile) ? Files.isWritable(pidFile) : Files.isWritable(folder);
            if (!writable || Files.isDirectory(pidFile)) {
                throw new BrokerException("pid file " + pidFile + " cannot be written");
            }
        }
    }

    /** Only a broker that holds its data directory gets here, so that no other one's file is overwritten. */
    private void writePidFile() {
        if (pidFile == null) {
            return;
        }
        try {
            Files.writeString(pidFile, ProcessHandle.current().pid() + System.lineSeparator());
        } catch (final IOException e) {
            err.println("millrace: pid file " + pidFile + " cannot be written: " + e.getMessage());
        }
    }

    private void removePidFile() {
        if (pidFile == null) {
            return;
        }
        try {
            Files.deleteIfExists(pidFile);
        } catch (final IOException e) {
            err.println("millrace: pid file " + pidFile + " cannot be removed: " + e.getMessage());
        }
    }
}
