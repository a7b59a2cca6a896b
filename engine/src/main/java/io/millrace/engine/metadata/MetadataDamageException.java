package io.millrace.engine.metadata;

/** The metadata on the disk cannot be trusted: the start stops. The message names file and byte. */
public final class MetadataDamageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MetadataDamageException(final String message) {
        super(message);
    }
}
