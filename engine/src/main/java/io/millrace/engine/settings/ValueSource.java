package io.millrace.engine.settings;

/** Where a value in force came from, strongest first. */
public enum ValueSource {
    /** Set on the topic itself, while running. */
    DYNAMIC_TOPIC,
    /** Set on the group itself, while running. */
    DYNAMIC_GROUP,
    /** Set on the subscription to clients' metrics itself, while running. */
    DYNAMIC_CLIENT_METRICS,
    /** Set on this broker, while running. */
    DYNAMIC_BROKER,
    /** Set on all brokers, while running. */
    DYNAMIC_DEFAULT_BROKER,
    COMMAND_LINE,
    ENVIRONMENT,
    FILE,
    DEFAULT;

    /** Given at start: what Kafka calls a static broker config. */
    public boolean isStatic() {
        return this == COMMAND_LINE || this == ENVIRONMENT || this == FILE;
    }
}
