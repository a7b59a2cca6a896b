package io.millrace.net.kafka.admin;

import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.api.RequestHeader;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.protocol.Errors;

/** DescribeCluster: the brokers as the listener shows them. Controllers have no listener of their own. */
final class DescribeClusterApi {
    private static final byte BROKERS = 1;
    private static final byte CONTROLLERS = 2;

    private final NodeFacts node;

    DescribeClusterApi(final NodeFacts node) {
        this.node = node;
    }

    void handle(final Exchange exchange, final RequestHeader header, final DescribeClusterRequestData request) {
        final DescribeClusterResponseData response = new DescribeClusterResponseData();
        final byte type = request.endpointType();
        if (type == BROKERS) {
            describe(header.listener(), request.includeClusterAuthorizedOperations(), response);
        } else if (type == CONTROLLERS) {
            response.setErrorCode(Errors.MISMATCHED_ENDPOINT_TYPE.code())
                    .setErrorMessage("The request was sent to an endpoint of type BROKER, but we wanted an endpoint of"
                            + " type CONTROLLER");
        } else {
            response.setErrorCode(Errors.UNSUPPORTED_ENDPOINT_TYPE.code())
                    .setErrorMessage("Unsupported endpoint type " + type);
        }
        ColdApi.respond(exchange, response);
    }

    private void describe(
            final ListenerView listener, final boolean withOperations, final DescribeClusterResponseData response) {
        response.setClusterId(node.clusterId())
                .setControllerId(listener.controllerId())
                .setEndpointType(BROKERS)
                .setClusterAuthorizedOperations(
                        withOperations ? AuthorizedOperations.CLUSTER : AuthorizedOperations.UNASKED);
        for (int i = 0; i < listener.brokerCount(); i++) {
            response.brokers()
                    .add(new DescribeClusterBroker()
                            .setBrokerId(listener.idAt(i))
                            .setHost(listener.hostAt(i))
                            .setPort(listener.portAt(i))
                            .setRack(node.rack()));
        }
    }
}
