package io.millrace.tools.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a person sits at one of the standard streams; Java itself can only tell for input and output together. */
enum Terminal {
    INPUT,
    OUTPUT,
    ERROR;

    boolean isThere() {
        final Path descriptor = Path.of("/proc/self/fd/" + ordinal());
        try {
            final String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (final IOException | UnsupportedOperationException elsewhere) {
            return System.console() != null && System.console().isTerminal();
        }
    }
}
