package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Commands;
import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.net.kafka.api.WireErrors;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.apache.kafka.common.protocol.Errors;

/** The metadata commands of one request: told once the last of them was answered. Used once, on the connection's core. */
public final class CommandBatch {
    /** As many records as Kafka's controller writes for one operation; more is refused. */
    public static final int ITEMS_MAX = 10_000;

    public static final String TOO_LARGE = "Unable to perform excessively large batch operation.";

    private final Core core;
    private final Runnable done;
    private int unanswered = 1;

    /** @param done runs once every command is answered, within {@link #end} if there is none */
    public CommandBatch(final Core core, final Runnable done) {
        this.core = core;
        this.done = done;
    }

    public void send(final DirectBuffer command, final int length, final Commands.Handler handler) {
        unanswered++;
        core.commands().send(command, 0, length, (outcome, first, second, message) -> {
            handler.onResult(outcome, first, second, message);
            end();
        });
    }

    /** Hears what became of all commands together. */
    @FunctionalInterface
    public interface Together {
        /** @param message never empty if there is an error */
        void onResult(Errors error, String message);
    }

    /** All are done, or none; told at once if there is none. */
    public static void sendTogether(
            final Core core,
            final MutableDirectBuffer buffer,
            final List<MetadataCommands.Part> parts,
            final Together told) {
        if (parts.isEmpty()) {
            told.onResult(Errors.NONE, "");
            return;
        }
        final int length = MetadataCommands.together(buffer, 0, parts);
        final int lengthMax = core.commands().commandBytesMax();
        if (length > lengthMax) {
            told.onResult(
                    Errors.POLICY_VIOLATION,
                    TOO_LARGE + " It takes " + length + " bytes inside the broker: expected at most " + lengthMax
                            + ", alter fewer at a time.");
            return;
        }
        core.commands().send(buffer, 0, length, (outcome, first, second, message) -> {
            final Errors error = WireErrors.of(outcome);
            told.onResult(error, message.isEmpty() ? error.message() : message);
        });
    }

    /** No more commands follow. Counts as one answer. */
    public void end() {
        if (--unanswered == 0) {
            done.run();
        }
    }

    /** Null for no message, and for one that says no more than the error's code, as Kafka has it. */
    static String messageOrNull(final String message, final String ofCode) {
        return message.isEmpty() || message.equals(ofCode) ? null : message;
    }
}
