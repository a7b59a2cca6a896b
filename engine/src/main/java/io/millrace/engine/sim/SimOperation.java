package io.millrace.engine.sim;

/** The kinds of disk operations. */
public enum SimOperation {
    OPEN,
    MAKE_DIRECTORY,
    RENAME,
    UNLINK,
    LIST,
    SYNC_DIRECTORY,
    WRITE,
    READ,
    SYNC,
    ALLOCATE,
    PREFETCH,
    TRUNCATE,
    EVICT,
    SPACE,
    WRITE_THROUGH
}
