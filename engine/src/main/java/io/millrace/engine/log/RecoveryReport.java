package io.millrace.engine.log;

import java.util.ArrayList;
import java.util.List;

/** What recovery of one log looked at, changed and found wrong. Nothing is skipped or cut without a line here. */
public final class RecoveryReport {
    private final String directory;
    private final List<String> findings = new ArrayList<>();
    long bytesValidated;
    long batchesValidated;
    long bytesCut;
    int indexesRebuilt;
    boolean damaged;

    RecoveryReport(final String directory) {
        this.directory = directory;
    }

    public String directory() {
        return directory;
    }

    public long bytesValidated() {
        return bytesValidated;
    }

    public long batchesValidated() {
        return batchesValidated;
    }

    /** Bytes after the last good batch that were removed because they had never been synced. */
    public long bytesCut() {
        return bytesCut;
    }

    public int indexesRebuilt() {
        return indexesRebuilt;
    }

    /** Whether durable data is missing or damaged: the log is then read-only up to there. */
    public boolean isDamaged() {
        return damaged;
    }

    /** What people should know, in the order in which it was found; empty after a clean start. */
    public List<String> findings() {
        return findings;
    }

    void add(final String finding) {
        findings.add(finding);
    }

    @Override
    public String toString() {
        return directory + ": " + batchesValidated + " batches (" + bytesValidated + " bytes) validated, " + bytesCut
                + " bytes cut, " + indexesRebuilt + " indexes rebuilt" + (damaged ? ", DAMAGED" : "")
                + (findings.isEmpty() ? "" : " " + findings);
    }
}
