package io.millrace.net.socket;

import io.millrace.engine.port.EndpointContract;
import io.millrace.engine.port.EndpointDriver;

final class NioEndpointContractTest extends EndpointContract {
    @Override
    protected EndpointDriver connect() {
        return new SocketPair(new NioTransport(SocketSettings.DEFAULTS, Wakers.open(), FileSends.NONE));
    }
}
