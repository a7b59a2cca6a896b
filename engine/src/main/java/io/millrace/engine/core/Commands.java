package io.millrace.engine.core;

import io.millrace.codec.core.CommandReplyDecoder;
import io.millrace.codec.core.CommandReplyEncoder;
import io.millrace.codec.core.CommandRequestEncoder;
import io.millrace.engine.status.Outcome;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableDirectByteBuffer;

/** A core's way to change metadata: sends commands, encoded by {@code MetadataCommands}, to the host on core 0. */
public final class Commands {
    private static final int HOST = 0;
    private static final int CORE_SHIFT = 48;

    /** Hears what became of a command, once every core has applied it. */
    @FunctionalInterface
    public interface Handler {
        /**
         * @param first   by command, see {@code CommandResult}
         * @param message for people, empty on success
         */
        void onResult(Outcome outcome, long first, long second, String message);
    }

    private final CommandRequestEncoder request = new CommandRequestEncoder();
    private final CommandReplyDecoder reply = new CommandReplyDecoder();
    private final ExpandableDirectByteBuffer buffer = new ExpandableDirectByteBuffer(1024);
    private final Requests requests;
    private final int core;
    private long batches;

    Commands(final Requests requests, final int core) {
        this.requests = requests;
        this.core = core;
    }

    /** A number for topics that are wished for together, and whose names may collide with each other. */
    public long newBatch() {
        return (core + 1L) << CORE_SHIFT | ++batches;
    }

    /** Longer ones do not fit into a message. */
    public int commandBytesMax() {
        return requests.messageBytesMax()
                - CommandRequestEncoder.BLOCK_LENGTH
                - CommandRequestEncoder.commandHeaderLength();
    }

    /** A command that is too large for a message is answered INVALID_REQUEST at once. */
    public void send(final DirectBuffer command, final int offset, final int length, final Handler handler) {
        final int commandBytesMax = commandBytesMax();
        if (length > commandBytesMax) {
            handler.onResult(
                    Outcome.INVALID_REQUEST,
                    0,
                    0,
                    "The request takes " + length + " bytes inside the broker: expected at most " + commandBytesMax
                            + ", ask for fewer partitions or settings at a time.");
            return;
        }
        final long correlation =
                requests.correlation((token, templateId, body, at, bytes) -> onReply(handler, body, at), 0);
        request.wrap(buffer, 0).correlation(correlation).putCommand(command, offset, length);
        requests.send(
                correlation,
                HOST,
                CommandRequestEncoder.TEMPLATE_ID,
                buffer,
                request.limit(),
                CommandReplyEncoder.BLOCK_LENGTH
                        + CommandReplyEncoder.messageHeaderLength()
                        + MetadataHost.MESSAGE_BYTES_MAX);
    }

    private void onReply(final Handler handler, final DirectBuffer body, final int offset) {
        reply.wrap(body, offset, CommandReplyDecoder.BLOCK_LENGTH, CommandReplyDecoder.SCHEMA_VERSION);
        final Outcome outcome = Outcome.of(reply.outcome());
        final long first = reply.first();
        final long second = reply.second();
        final byte[] message = new byte[reply.messageLength()];
        reply.getMessage(message, 0, message.length);
        handler.onResult(outcome, first, second, new String(message, StandardCharsets.UTF_8));
    }
}
