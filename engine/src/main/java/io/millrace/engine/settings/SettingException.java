package io.millrace.engine.settings;

/** A setting's value is refused. The message names the setting, the value and what was expected. */
public final class SettingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SettingException(final String message) {
        super(message);
    }

    /** Worded as Kafka words it, since clients get to read it. */
    static SettingException refused(final String name, final String value, final String expectation) {
        return new SettingException("Invalid value " + value + " for configuration " + name + ": " + expectation);
    }
}
