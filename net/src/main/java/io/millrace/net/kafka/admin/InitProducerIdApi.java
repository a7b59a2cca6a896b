package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.ColdHandler;
import io.millrace.net.kafka.api.RequestHeader;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;

/** InitProducerId for idempotent producers; those with a transactional id are their coordinator's. */
final class InitProducerIdApi {
    private static final long NONE = -1;

    private final Core core;
    private final ColdHandler<InitProducerIdRequestData> transactional;

    InitProducerIdApi(final Core core, final ColdHandler<InitProducerIdRequestData> transactional) {
        this.core = core;
        this.transactional = transactional;
    }

    void handle(final Exchange exchange, final RequestHeader header, final InitProducerIdRequestData request) {
        final boolean half = (request.producerId() == NONE) != (request.producerEpoch() == NONE);
        if (request.transactionalId() != null && !half) {
            transactional.handle(exchange, header, request);
            return;
        }
        final InitProducerIdResponseData response =
                new InitProducerIdResponseData().setProducerId(NONE).setProducerEpoch((short) NONE);
        final Errors error = answer(request, response);
        ColdApi.respond(exchange, response.setErrorCode(error.code()));
    }

    private Errors answer(final InitProducerIdRequestData request, final InitProducerIdResponseData response) {
        if (request.producerId() == NONE != (request.producerEpoch() == NONE)) {
            return Errors.INVALID_REQUEST;
        }
        // An idempotent producer gets a new id each time; bumping the epoch is its own business (KIP-360).
        final long id = core.producerIds().take();
        if (id == NONE) {
            return Errors.COORDINATOR_LOAD_IN_PROGRESS;
        }
        response.setProducerId(id).setProducerEpoch((short) 0);
        return Errors.NONE;
    }
}
