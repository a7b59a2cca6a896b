package io.millrace.tools.it.support;

import java.nio.ByteBuffer;

/** What came back on a raw connection: a frame's payload, the end of the stream, or nothing within the limit. */
public record Answer(Kind kind, ByteBuffer payload) {
    public enum Kind {
        FRAME,
        CLOSED,
        SILENCE
    }

    static final Answer CLOSED = new Answer(Kind.CLOSED, null);
    static final Answer SILENCE = new Answer(Kind.SILENCE, null);

    static Answer frame(final byte[] payload) {
        return new Answer(Kind.FRAME, ByteBuffer.wrap(payload));
    }

    public boolean isFrame() {
        return kind == Kind.FRAME;
    }
}
