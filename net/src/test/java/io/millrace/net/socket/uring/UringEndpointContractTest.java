package io.millrace.net.socket.uring;

import io.millrace.engine.port.EndpointContract;
import io.millrace.engine.port.EndpointDriver;
import io.millrace.net.socket.SocketPair;

final class UringEndpointContractTest extends EndpointContract {
    @Override
    protected EndpointDriver connect() {
        return new SocketPair(Urings.open());
    }
}
