package io.millrace.tools.it.support;

import java.nio.file.Path;

/** One broker in a process of its own, on loopback, that a test may stop, kill and start again on the same data. */
public interface BrokerUnderTest extends AutoCloseable {
    /** What clients are given. */
    default String bootstrap() {
        return "127.0.0.1:" + port();
    }

    int port();

    Path dataDir();

    long pid();

    /** True for the product, false for Apache Kafka. */
    boolean isMillrace();

    /** Starts it again on the same data and port. */
    default void start() {
        start(options());
    }

    void start(BrokerOptions options);

    BrokerOptions options();

    /** SIGTERM; fails if the process does not go down in order. */
    void stop();

    /** SIGKILL. */
    void kill();

    /** What the process said since its last start. */
    String output();

    @Override
    void close();
}
