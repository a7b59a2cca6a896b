package io.millrace.net.kafka.fetch;

import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.Endpoint;
import io.millrace.engine.port.EndpointHandler;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** A client that sends one and the same request whenever it is told to, and takes every answer at once. */
final class TakingEndpoint implements Endpoint {
    private final DirectBuffer request;
    private boolean isOffered;
    private boolean isClosed;
    private long sentBytes;

    TakingEndpoint(final DirectBuffer request) {
        this.request = request;
    }

    void offerRequest() {
        isOffered = true;
    }

    long sentBytes() {
        return sentBytes;
    }

    @Override
    public int receive(final MutableDirectBuffer target, final int offset, final int length) {
        if (!isOffered) {
            return 0;
        }
        isOffered = false;
        target.putBytes(offset, request, 0, request.capacity());
        return request.capacity();
    }

    @Override
    public int send(final DirectBuffer source, final int offset, final int length) {
        sentBytes += length;
        return length;
    }

    @Override
    public long send(final DiskFile file, final long position, final long length) {
        sentBytes += length;
        return length;
    }

    @Override
    public void handler(final EndpointHandler handler) {
        // Its owner calls the connection itself.
    }

    @Override
    public void interest(final boolean readable, final boolean writable) {
        // As above.
    }

    @Override
    public String remoteAddress() {
        return "memory";
    }

    @Override
    public void close() {
        isClosed = true;
    }

    @Override
    public boolean isClosed() {
        return isClosed;
    }
}
