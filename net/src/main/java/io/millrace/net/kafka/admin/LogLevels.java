package io.millrace.net.kafka.admin;

/** How much the broker's log tells. It has one logger, the one that Kafka calls root. Any thread may ask and change. */
public interface LogLevels {
    /** In Kafka's capitals. */
    String root();

    /** From now on, until the broker stops. */
    void root(String level);

    /** Keeps what it is told, for a node without a log. */
    static LogLevels withoutLog() {
        return new LogLevels() {
            private volatile String level = "INFO";

            @Override
            public String root() {
                return level;
            }

            @Override
            public void root(final String newLevel) {
                level = newLevel;
            }
        };
    }
}
