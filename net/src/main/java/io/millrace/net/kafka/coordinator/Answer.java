package io.millrace.net.kafka.coordinator;

import org.apache.kafka.common.protocol.Errors;

/** What a coordinator says, once: a response, or why there is none. */
public interface Answer<R> {
    void onAnswer(R response);

    /** @param message for people, or null */
    void onError(Errors error, String message);
}
