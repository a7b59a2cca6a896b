package io.millrace.net.kafka.security;

import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData;
import org.apache.kafka.common.message.CreateDelegationTokenResponseData;
import org.apache.kafka.common.message.DescribeDelegationTokenRequestData;
import org.apache.kafka.common.message.DescribeDelegationTokenResponseData;
import org.apache.kafka.common.message.ExpireDelegationTokenRequestData;
import org.apache.kafka.common.message.ExpireDelegationTokenResponseData;
import org.apache.kafka.common.message.RenewDelegationTokenRequestData;
import org.apache.kafka.common.message.RenewDelegationTokenResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/** Delegation tokens: a client that has not said who it is, as none on a plain listener has, is given none. */
final class TokenApis {
    private static final short NOT_ALLOWED = Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code();
    private static final long NO_TIME = -1;
    private static final KafkaPrincipal REQUESTER = KafkaPrincipal.ANONYMOUS;
    private static final short REQUESTER_SINCE = 3;

    private TokenApis() {}

    static void create(
            final Exchange exchange, final RequestHeader header, final CreateDelegationTokenRequestData request) {
        final String name = request.ownerPrincipalName();
        final boolean isOwn = name == null || name.isEmpty() || request.ownerPrincipalType() == null;
        final CreateDelegationTokenResponseData response = new CreateDelegationTokenResponseData()
                .setErrorCode(NOT_ALLOWED)
                .setPrincipalType(isOwn ? REQUESTER.getPrincipalType() : request.ownerPrincipalType())
                .setPrincipalName(isOwn ? REQUESTER.getName() : name)
                .setIssueTimestampMs(NO_TIME)
                .setExpiryTimestampMs(NO_TIME)
                .setMaxTimestampMs(NO_TIME);
        if (header.version() >= REQUESTER_SINCE) {
            response.setTokenRequesterPrincipalType(REQUESTER.getPrincipalType())
                    .setTokenRequesterPrincipalName(REQUESTER.getName());
        }
        ColdApi.respond(exchange, response);
    }

    static void renew(
            final Exchange exchange, final RequestHeader header, final RenewDelegationTokenRequestData request) {
        ColdApi.respond(
                exchange,
                new RenewDelegationTokenResponseData().setErrorCode(NOT_ALLOWED).setExpiryTimestampMs(NO_TIME));
    }

    static void expire(
            final Exchange exchange, final RequestHeader header, final ExpireDelegationTokenRequestData request) {
        ColdApi.respond(
                exchange,
                new ExpireDelegationTokenResponseData()
                        .setErrorCode(NOT_ALLOWED)
                        .setExpiryTimestampMs(NO_TIME));
    }

    static void describe(
            final Exchange exchange, final RequestHeader header, final DescribeDelegationTokenRequestData request) {
        ColdApi.respond(exchange, new DescribeDelegationTokenResponseData().setErrorCode(NOT_ALLOWED));
    }
}
