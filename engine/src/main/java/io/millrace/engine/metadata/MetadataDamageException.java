package io.millrace.engine.metadata;

/** The metadata on the disk cannot be trusted: the start stops. The message names file and byte. */
public final class MetadataDamageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long position;
    private final String what;

    public MetadataDamageException(final String message) {
        super(message);
        this.position = -1;
        this.what = message;
    }

    MetadataDamageException(final String file, final long position, final String what) {
        super(file + " is damaged at byte " + position + ": " + what);
        this.position = position;
        this.what = what;
    }

    /** The byte in the file, or -1 if it is no single file's damage. */
    public long position() {
        return position;
    }

    /** The message without file and byte. */
    public String what() {
        return what;
    }
}
