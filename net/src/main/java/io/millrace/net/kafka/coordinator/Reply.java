package io.millrace.net.kafka.coordinator;

import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * Answers a request by what its coordinator says.
 *
 * @param onOk    makes the response
 * @param onError makes the response that says why there is none; its message may be null
 */
public record Reply<R>(Exchange exchange, Function<R, ApiMessage> onOk, BiFunction<Errors, String, ApiMessage> onError)
        implements Answer<R> {
    @Override
    public void onAsked(final int core) {
        exchange.asks(core);
    }

    @Override
    public void onAnswer(final R response) {
        ColdApi.respond(exchange, onOk.apply(response));
    }

    @Override
    public void onError(final Errors error, final String message) {
        ColdApi.respond(exchange, onError.apply(error, message));
    }
}
