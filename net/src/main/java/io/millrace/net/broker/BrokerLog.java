package io.millrace.net.broker;

import io.millrace.net.kafka.admin.LogLevels;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;

/** What the broker tells its operator: a line each on standard error, never one for a message or a request. */
public final class BrokerLog implements LogLevels {
    /** From few words to many. */
    public enum Level {
        /** Only what ends the process. */
        FATAL,
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    private final PrintStream out;
    private volatile Level level;

    public BrokerLog(final PrintStream out, final Level level) {
        this.out = out;
        this.level = level;
    }

    public void error(final String message) {
        write(Level.ERROR, message);
    }

    /** With the whole of the cause: for defects, which are rare and end the process. */
    public void error(final String message, final Throwable cause) {
        final StringWriter trace = new StringWriter();
        cause.printStackTrace(new PrintWriter(trace));
        print(Level.ERROR, message + System.lineSeparator() + trace.toString().stripTrailing());
    }

    public void warn(final String message) {
        write(Level.WARN, message);
    }

    public void info(final String message) {
        write(Level.INFO, message);
    }

    public void debug(final String message) {
        write(Level.DEBUG, message);
    }

    private void write(final Level of, final String message) {
        if (of.compareTo(level) <= 0) {
            print(of, message);
        }
    }

    private void print(final Level of, final String message) {
        out.println(TIME.format(LocalTime.now()) + " " + of + (of.name().length() == 4 ? "  " : " ") + message);
    }

    @Override
    public String root() {
        return level.name();
    }

    @Override
    public void root(final String newLevel) {
        level = Level.valueOf(newLevel);
    }
}
