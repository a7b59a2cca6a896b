package io.millrace.net.broker;

import io.millrace.engine.core.CorePlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Makes what belongs to a core on a short-lived thread that is pinned to the core's processor: direct memory is zeroed
 * when it is allocated, and the kernel puts a page on the node of whoever touches it first. What cores allocate later,
 * they touch themselves. On machines with one node all memory is alike, and nobody waits for threads.
 */
final class FirstTouch implements CorePlace {
    private static final String NODES = "sys/devices/system/node/online";

    private final List<Integer> processors;

    private FirstTouch(final List<Integer> processors) {
        this.processors = processors;
    }

    /**
     * @param processors of each core
     * @param root       of the system's files
     */
    static CorePlace of(final List<Integer> processors, final Path root) {
        return nodeCount(root) > 1 ? new FirstTouch(processors) : CorePlace.ANYWHERE;
    }

    private static int nodeCount(final Path root) {
        final Path nodes = root.resolve(NODES);
        try {
            return Files.exists(nodes)
                    ? Processors.parse(Files.readString(nodes).strip()).size()
                    : 1;
        } catch (final IOException | NumberFormatException unknown) {
            return 1;
        }
    }

    @Override
    public void run(final int core, final Runnable making) {
        final CompletableFuture<Void> made = new CompletableFuture<>();
        final Thread thread = new Thread(
                () -> {
                    // Where it is refused the core's own thread will be told so, and tell.
                    Processors.pin(processors.get(core));
                    try {
                        making.run();
                        made.complete(null);
                    } catch (final Throwable failed) {
                        made.completeExceptionally(failed);
                    }
                },
                "make-core-" + core);
        thread.start();
        try {
            made.join();
        } catch (final CompletionException failed) {
            throw rethrown(failed.getCause());
        }
        Waiting.join(thread);
    }

    private static RuntimeException rethrown(final Throwable cause) {
        if (cause instanceof final Error error) {
            throw error;
        }
        return cause instanceof final RuntimeException failure ? failure : new IllegalStateException(cause);
    }
}
