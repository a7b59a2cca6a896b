package io.millrace.net.kafka.security;

import io.millrace.net.connection.CloseReason;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateAclsResponseData;
import org.apache.kafka.common.message.CreateAclsResponseData.AclCreationResult;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteAclsResponseData;
import org.apache.kafka.common.message.DeleteAclsResponseData.DeleteAclsFilterResult;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeAclsResponseData;
import org.apache.kafka.common.protocol.Errors;

/** DescribeAcls, CreateAcls and DeleteAcls of a broker without an authorizer: there are no rules, and none can be made. */
final class AclApis {
    private static final short DISABLED = Errors.SECURITY_DISABLED.code();
    private static final String NO_AUTHORIZER = "No Authorizer is configured.";
    private static final byte UNKNOWN = 0;

    private AclApis() {}

    static void describe(final Exchange exchange, final RequestHeader header, final DescribeAclsRequestData request) {
        if (isUnknown(
                request.resourceTypeFilter(),
                request.patternTypeFilter(),
                request.operation(),
                request.permissionType())) {
            exchange.fail(CloseReason.MALFORMED_REQUEST);
            return;
        }
        ColdApi.respond(
                exchange,
                new DescribeAclsResponseData()
                        .setErrorCode(DISABLED)
                        .setErrorMessage("No Authorizer is configured on the broker"));
    }

    static void create(final Exchange exchange, final RequestHeader header, final CreateAclsRequestData request) {
        if (request.creations().stream()
                .anyMatch(each -> isUnknown(
                        each.resourceType(), each.resourcePatternType(), each.operation(), each.permissionType()))) {
            exchange.fail(CloseReason.MALFORMED_REQUEST);
            return;
        }
        final CreateAclsResponseData response = new CreateAclsResponseData();
        request.creations()
                .forEach(each -> response.results()
                        .add(new AclCreationResult().setErrorCode(DISABLED).setErrorMessage(NO_AUTHORIZER)));
        ColdApi.respond(exchange, response);
    }

    static void delete(final Exchange exchange, final RequestHeader header, final DeleteAclsRequestData request) {
        if (request.filters().stream()
                .anyMatch(each -> isUnknown(
                        each.resourceTypeFilter(),
                        each.patternTypeFilter(),
                        each.operation(),
                        each.permissionType()))) {
            exchange.fail(CloseReason.MALFORMED_REQUEST);
            return;
        }
        final DeleteAclsResponseData response = new DeleteAclsResponseData();
        request.filters()
                .forEach(each -> response.filterResults()
                        .add(new DeleteAclsFilterResult().setErrorCode(DISABLED).setErrorMessage(NO_AUTHORIZER)));
        ColdApi.respond(exchange, response);
    }

    /** What says of itself that it is unknown closes the connection in Kafka; numbers that nobody knows do not. */
    private static boolean isUnknown(
            final byte resourceType, final byte patternType, final byte operation, final byte permission) {
        return resourceType == UNKNOWN || patternType == UNKNOWN || operation == UNKNOWN || permission == UNKNOWN;
    }
}
