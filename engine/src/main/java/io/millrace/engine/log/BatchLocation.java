package io.millrace.engine.log;

/** Where one batch lies; filled by whoever looks for it. */
final class BatchLocation {
    long baseOffset;
    long nextOffset;
    long position;
    int bytes;
}
