package io.millrace.tools.client;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** What goes wrong in a Kafka client, in one line that names what to do about it. */
final class Failures {
    private Failures() {}

    static CommandFailure of(final Throwable thrown, final Bootstrap bootstrap) {
        return of("", thrown, bootstrap);
    }

    /** With what was being done in front, such as {@code "cannot create orders: "}. */
    static CommandFailure of(final String what, final Throwable thrown, final Bootstrap bootstrap) {
        final Throwable cause = cause(thrown);
        return new CommandFailure(what + text(cause, bootstrap), cause);
    }

    static Throwable cause(final Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof ExecutionException
                        || cause instanceof CompletionException
                        || cause.getClass() == KafkaException.class)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    static String text(final Throwable cause, final Bootstrap bootstrap) {
        return switch (cause) {
            case TimeoutException late ->
                "no answer from " + bootstrap + " within " + bootstrap.timeoutSeconds()
                        + " s: expected a Kafka listener there whose advertised addresses can be reached from here"
                        + " (--timeout S waits longer)";
            case AuthenticationException refused ->
                bootstrap + " refuses the log-in: " + plain(refused)
                        + " (--client-config FILE tells user and mechanism)";
            case AuthorizationException denied -> "not allowed: " + plain(denied);
            case UnsupportedVersionException old -> bootstrap + " is too old or does not serve this: " + plain(old);
            default -> plain(cause);
        };
    }

    /** One line, without a full stop. */
    static String plain(final Throwable cause) {
        final String message = cause.getMessage();
        if (message == null || message.isBlank()) {
            return cause.getClass().getSimpleName();
        }
        final String line = message.strip().replaceAll("\\s*\\R\\s*", " ");
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }
}
