package io.millrace.engine.port;

import java.io.IOException;

/** Records take more bytes, packed or unpacked, than the caller allows. */
public final class TooManyBytesException extends IOException {
    private static final long serialVersionUID = 1;

    public TooManyBytesException(final int bytesMax) {
        super("more than " + bytesMax + " bytes");
    }
}
