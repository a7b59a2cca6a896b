package io.millrace.tools.doctor;

/** What a check makes of what it saw. Only {@link #BAD} fails: the broker, or a command, would not work so. */
public enum Level {
    OK,
    ADVICE,
    BAD,
    SKIPPED
}
