package io.millrace.engine.port;

/** One connected endpoint, its poller, and the peer at the other end, for {@link EndpointContract}. */
public interface EndpointDriver extends AutoCloseable {
    Endpoint endpoint();

    Poller poller();

    /** Lets time pass and bytes travel, without calling the poller. */
    void settle();

    /** The peer sends all of it, sooner or later. */
    void peerSend(byte[] bytes);

    /** What has arrived at the peer since the last call, at most {@code limit} bytes. */
    byte[] peerReceive(int limit);

    /** The peer closes in an orderly way, after what it sent. */
    void peerClose();

    /** The peer vanishes: what was under way may be lost. */
    void peerReset();

    @Override
    void close();
}
