package io.millrace.net.kafka.client;

/** What was asked for is not there; the message is for people. */
public final class KafkaFeedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public KafkaFeedException(final String message) {
        super(message);
    }
}
