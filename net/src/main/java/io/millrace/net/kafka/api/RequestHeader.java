package io.millrace.net.kafka.api;

import io.millrace.net.connection.Exchange;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The header in front of every request, parsed in place. It lives as long as its exchange.
 *
 * <pre>
 *   0        2        4                8            10
 *   +--------+--------+----------------+------------+-----------+---------------------------+
 *   | api    | version| correlation id | client id  | client id | tagged fields, if the     |
 *   | int16  | int16  | int32          | length i16 | bytes     | version is flexible       |
 *   +--------+--------+----------------+------------+-----------+---------------------------+
 * </pre>
 * (Kafka's RequestHeader.json, versions 1 and 2.)
 */
public final class RequestHeader {
    static final int CLIENT_ID_OFFSET = 10;
    private static final int VERSION_OFFSET = 2;
    private static final int CORRELATION_OFFSET = 4;
    private static final int CLIENT_ID_LENGTH_OFFSET = 8;

    private Api api;
    private ListenerView listener;
    private short version;
    private int correlationId;
    private int clientIdLength;
    private String clientId;
    private int bodyOffset;
    private int bodyLength;

    /** The header that the dispatcher parsed for this exchange. */
    public static RequestHeader of(final Exchange exchange) {
        return (RequestHeader) exchange.codec();
    }

    static short apiKey(final DirectBuffer frame) {
        return frame.getShort(0, ByteOrder.BIG_ENDIAN);
    }

    static short apiVersion(final DirectBuffer frame) {
        return frame.getShort(VERSION_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    /**
     * @param frame narrowed to the frame's length
     * @return whether the bytes are a header
     */
    boolean parse(final Api newApi, final ListenerView newListener, final DirectBuffer frame) {
        if (frame.capacity() < CLIENT_ID_OFFSET) {
            return false;
        }
        api = newApi;
        listener = newListener;
        version = apiVersion(frame);
        correlationId = frame.getInt(CORRELATION_OFFSET, ByteOrder.BIG_ENDIAN);
        clientIdLength = frame.getShort(CLIENT_ID_LENGTH_OFFSET, ByteOrder.BIG_ENDIAN);
        final int afterClientId = CLIENT_ID_OFFSET + Math.max(0, clientIdLength);
        if (clientIdLength < -1 || afterClientId > frame.capacity()) {
            return false;
        }
        bodyOffset =
                api.isFlexible(version) ? TaggedFields.skip(frame, afterClientId, frame.capacity()) : afterClientId;
        bodyLength = frame.capacity() - bodyOffset;
        return bodyOffset >= 0;
    }

    public Api api() {
        return api;
    }

    public short version() {
        return version;
    }

    public int correlationId() {
        return correlationId;
    }

    /** Through whose eyes the client sees the cluster. */
    public ListenerView listener() {
        return listener;
    }

    public boolean isFlexible() {
        return api.isFlexible(version);
    }

    /** Where the client id's bytes begin in the frame. */
    public int clientIdOffset() {
        return CLIENT_ID_OFFSET;
    }

    /** The client id, empty for null too; of APIs that are parsed by Kafka's classes only. */
    public String clientId() {
        return clientId;
    }

    /** Reads the client id while the frame is there. */
    void keepClientId(final DirectBuffer frame) {
        clientId = frame.getStringWithoutLengthUtf8(CLIENT_ID_OFFSET, clientIdLength());
    }

    /** Length of the client id, 0 for null too. */
    public int clientIdLength() {
        return Math.max(0, clientIdLength);
    }

    /** Where the request's body begins in the frame. */
    public int bodyOffset() {
        return bodyOffset;
    }

    public int bodyLength() {
        return bodyLength;
    }

    /** Bytes in front of an answer's body: size, correlation id, and tagged fields if flexible. */
    public int replyHeaderLength() {
        return api.hasTaggedReplyHeader(version) ? 9 : 8;
    }

    /** Writes what stands in front of an answer's body; the size is left for {@link Exchange#finish}. */
    public int writeReplyHeader(final MutableDirectBuffer target) {
        target.putInt(0, 0);
        target.putInt(4, correlationId, ByteOrder.BIG_ENDIAN);
        if (api.hasTaggedReplyHeader(version)) {
            target.putByte(8, (byte) 0);
            return 9;
        }
        return 8;
    }
}
