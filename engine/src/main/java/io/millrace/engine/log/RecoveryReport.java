package io.millrace.engine.log;

import java.util.ArrayList;
import java.util.List;

/** What recovery of one log looked at, changed and found wrong. Nothing is skipped or cut without a line here. */
public final class RecoveryReport {
    private final String directory;
    private final List<String> findings = new ArrayList<>();
    long bytesValidated;
    long batchesValidated;
    long bytesReplayed;
    long batchesReplayed;
    long bytesCut;
    int indexesRebuilt;
    long endOffset;
    long faultOffset = -1;
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

    /** Bytes of batches that only the journal still had. */
    public long bytesReplayed() {
        return bytesReplayed;
    }

    public long batchesReplayed() {
        return batchesReplayed;
    }

    /** Bytes after the last good batch that were removed because they had never been synced. */
    public long bytesCut() {
        return bytesCut;
    }

    public int indexesRebuilt() {
        return indexesRebuilt;
    }

    /** Where the log ends now. */
    public long endOffset() {
        return endOffset;
    }

    /** The offset from which on the log could not be read as it lay there, or -1 if all of it could. */
    public long faultOffset() {
        return faultOffset;
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
        return directory + ": " + batchesValidated + " batches (" + bytesValidated + " bytes) validated, "
                + batchesReplayed
                + " taken from the journal, " + bytesCut
                + " bytes cut, " + indexesRebuilt + " indexes rebuilt" + (damaged ? ", DAMAGED" : "")
                + (findings.isEmpty() ? "" : " " + findings);
    }
}
