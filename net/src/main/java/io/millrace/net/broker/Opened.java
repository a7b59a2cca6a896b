package io.millrace.net.broker;

import java.util.ArrayDeque;

/**
 * What a node has opened so far, to be closed from the newest to the oldest: at its end, or where its start fails half
 * way. Used by the thread that starts the node, and then by the one that stops it.
 */
final class Opened {
    private final ArrayDeque<Runnable> closers = new ArrayDeque<>();

    synchronized void add(final Runnable closer) {
        closers.push(closer);
    }

    /** Closes everything, whatever fails on the way; throws the first failure. Idempotent. */
    synchronized void close() {
        RuntimeException first = null;
        while (!closers.isEmpty()) {
            try {
                closers.pop().run();
            } catch (final RuntimeException failed) {
                if (first == null) {
                    first = failed;
                } else {
                    first.addSuppressed(failed);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** As {@link #close}, where something else has failed already. */
    void closeAfter(final Throwable failure) {
        try {
            close();
        } catch (final RuntimeException alsoFailed) {
            failure.addSuppressed(alsoFailed);
        }
    }
}
