package io.millrace.engine.batch;

/** Whose clock a batch's timestamps come from. */
public enum TimestampType {
    CREATE_TIME,
    LOG_APPEND_TIME
}
