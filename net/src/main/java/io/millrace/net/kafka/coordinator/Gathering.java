package io.millrace.net.kafka.coordinator;

import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;

/** Waits for the answers of several coordinators. Used once, on the connection's core. */
public final class Gathering {
    private final Runnable done;
    private int missing = 1;

    public Gathering(final Runnable done) {
        this.done = done;
    }

    public <R> Answer<R> one(final Consumer<R> onOk, final BiConsumer<Errors, String> onError) {
        missing++;
        return new Answer<>() {
            @Override
            public void onAnswer(final R response) {
                onOk.accept(response);
                end();
            }

            @Override
            public void onError(final Errors error, final String message) {
                onError.accept(error, message);
                end();
            }
        };
    }

    /** No more are asked; counts as an answer. */
    public void end() {
        if (--missing == 0) {
            done.run();
        }
    }
}
