package io.millrace.engine.log;

/** What a log takes and what not. */
enum LogState {
    OPEN,
    /** A new segment is on its way. */
    ROLLING,
    /** A failed write is being undone. */
    UNDOING,
    /** Being cut back, closed, handed over or deleted: nothing is taken. */
    ENDING,
    OFFLINE,
    CLOSED
}
