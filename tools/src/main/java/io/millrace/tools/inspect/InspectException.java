package io.millrace.tools.inspect;

import java.nio.file.Path;

/** The inspector cannot go on with a path: one line for people. */
final class InspectException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Finding damage;

    InspectException(final String message) {
        super(message);
        damage = null;
    }

    private InspectException(final Finding damage) {
        super(damage.file() + " at byte " + damage.position() + ": " + damage.message());
        this.damage = damage;
    }

    /** The file can be read, but is not what it should be. */
    static InspectException damaged(final Path file, final long position, final String message) {
        return new InspectException(Finding.damage(file, position, message));
    }

    /** What is wrong with the file; null if it is a path that cannot be inspected. */
    Finding damage() {
        return damage;
    }
}
