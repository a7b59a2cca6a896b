package io.millrace.net.kafka.group;

import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.RequestHeader;
import java.net.InetAddress;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;

/** Who asks, as Apache Kafka's classes want to know it. Immutable: it goes along to another core. */
record GroupClient(
        String listenerName, String peer, int requestType, int requestVersion, String clientId, int correlationId)
        implements AuthorizableRequestContext {

    static GroupClient of(final Exchange exchange, final RequestHeader header) {
        return new GroupClient(
                header.listener().name(),
                exchange.connection().remoteAddress(),
                header.api().key(),
                header.version(),
                header.clientId(),
                header.correlationId());
    }

    /** From {@code host:port}; no name is looked up, as the host is numbers or nothing. Asked for when a member joins. */
    @Override
    public InetAddress clientAddress() {
        final int colon = peer.lastIndexOf(':');
        final String host = colon < 0 ? peer : peer.substring(0, colon);
        try {
            final boolean numeric = !host.isEmpty() && (Character.digit(host.charAt(0), 16) >= 0 || host.contains(":"));
            return numeric ? InetAddress.ofLiteral(host) : InetAddress.getLoopbackAddress();
        } catch (final IllegalArgumentException named) {
            return InetAddress.getLoopbackAddress();
        }
    }

    @Override
    public SecurityProtocol securityProtocol() {
        return SecurityProtocol.PLAINTEXT;
    }

    @Override
    public KafkaPrincipal principal() {
        return KafkaPrincipal.ANONYMOUS;
    }
}
