package io.millrace.net.kafka.api;

import io.millrace.net.connection.Exchange;
import org.apache.kafka.common.protocol.ApiMessage;

/** Answers parsed requests of one API, now or later, through {@link ColdApi#respond}. */
@FunctionalInterface
public interface ColdHandler<Q extends ApiMessage> {
    void handle(Exchange exchange, RequestHeader header, Q request);
}
