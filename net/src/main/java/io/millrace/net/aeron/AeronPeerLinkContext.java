package io.millrace.net.aeron;

import io.aeron.Aeron;
import io.millrace.engine.port.Entropy;

/** What an {@link AeronPeerLink} is made of: the two directions of its lane. */
public final class AeronPeerLinkContext {
    private Aeron aeron;
    private Entropy entropy;
    private String outChannel;
    private int outStreamId;
    private String inChannel;
    private int inStreamId;
    private int maxMessageBytes;

    /** The client; used, not closed. */
    public AeronPeerLinkContext aeron(final Aeron client) {
        aeron = client;
        return this;
    }

    Aeron aeron() {
        return aeron;
    }

    /** Names sessions, so that no two of any two processes have one name. */
    public AeronPeerLinkContext entropy(final Entropy stream) {
        entropy = stream;
        return this;
    }

    Entropy entropy() {
        return entropy;
    }

    public AeronPeerLinkContext outbound(final String channel, final int streamId) {
        outChannel = channel;
        outStreamId = streamId;
        return this;
    }

    String outChannel() {
        return outChannel;
    }

    int outStreamId() {
        return outStreamId;
    }

    public AeronPeerLinkContext inbound(final String channel, final int streamId) {
        inChannel = channel;
        inStreamId = streamId;
        return this;
    }

    String inChannel() {
        return inChannel;
    }

    int inStreamId() {
        return inStreamId;
    }

    /** As the driver has it: an eighth of a term is the largest message, our own header included. */
    public AeronPeerLinkContext termBytes(final int bytes) {
        maxMessageBytes = bytes / 8 - AeronPeerLink.HEADER_BYTES;
        return this;
    }

    int maxMessageBytes() {
        return maxMessageBytes;
    }

    public AeronPeerLinkContext conclude() {
        require(aeron != null, "aeron");
        require(entropy != null, "entropy");
        require(outChannel != null, "outbound");
        require(inChannel != null, "inbound");
        require(maxMessageBytes > 0, "termBytes");
        return this;
    }

    private static void require(final boolean isSet, final String name) {
        if (!isSet) {
            throw new IllegalStateException("AeronPeerLinkContext: " + name + " is not set");
        }
    }
}
