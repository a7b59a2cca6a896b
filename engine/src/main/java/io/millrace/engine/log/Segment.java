package io.millrace.engine.log;

import io.millrace.engine.port.DiskFile;

/** One segment's file and its readers. */
final class Segment {
    private final DiskFile file;
    private int leases;

    Segment(final DiskFile file) {
        this.file = file;
    }

    DiskFile file() {
        return file;
    }

    void retain() {
        leases++;
    }

    void release() {
        leases--;
    }
}
