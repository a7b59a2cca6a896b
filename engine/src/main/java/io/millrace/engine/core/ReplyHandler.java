package io.millrace.engine.core;

import org.agrona.DirectBuffer;

/** Receives the one reply to a message sent through {@link Requests}, within a later duty cycle. */
@FunctionalInterface
public interface ReplyHandler {
    /**
     * @param token      what the sender passed, untouched
     * @param templateId of the reply, for example {@code AppendReplyDecoder.TEMPLATE_ID}
     * @param buffer     holds the message body (no SBE header) at {@code offset}; lent for the call only
     */
    void onReply(long token, int templateId, DirectBuffer buffer, int offset, int length);
}
