package io.millrace.tools.inspect;

import java.nio.file.Path;

/**
 * Something a look at the files brought up.
 *
 * @param position byte in the file, or -1 if it concerns the file as a whole
 */
record Finding(Severity severity, Path file, long position, String message) {
    static final long WHOLE_FILE = -1;

    enum Severity {
        /** Stored data, or what leads to it, is not as it was written. */
        DAMAGE,
        /** The end of a live or killed broker's newest segment, as an unfinished write leaves it. */
        TORN,
        /** Worth knowing. */
        NOTE
    }

    static Finding damage(final Path file, final long position, final String message) {
        return new Finding(Severity.DAMAGE, file, position, message);
    }

    static Finding torn(final Path file, final long position, final String message) {
        return new Finding(Severity.TORN, file, position, message);
    }

    static Finding note(final Path file, final String message) {
        return new Finding(Severity.NOTE, file, WHOLE_FILE, message);
    }
}
