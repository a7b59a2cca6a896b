package io.millrace.net.kafka.coordinator;

import org.apache.kafka.common.protocol.Errors;

/** What a coordinator says, once: a response, or why there is none. */
public interface Answer<R> {
    /** The question goes to this core now. */
    default void onAsked(final int core) {}

    void onAnswer(R response);

    /** @param message for people, or null */
    void onError(Errors error, String message);
}
