package io.millrace.engine.sim;

/** What a simulated disk has done to its users, by kind. */
public final class SimDiskStats {
    public long stalls;
    public long shortWrites;
    public long shortReads;
    public long noSpace;
    public long writeErrors;
    public long syncErrors;
    public long readErrors;
    public long bitFlips;
    public long kills;
    public long powerLosses;
    public long writesCutShort;
    public long writesDropped;
    public long writesTorn;
    public long namesDropped;

    @Override
    public String toString() {
        return "stalls=" + stalls + " shortWrites=" + shortWrites + " shortReads=" + shortReads + " noSpace=" + noSpace
                + " writeErrors=" + writeErrors + " syncErrors=" + syncErrors + " readErrors=" + readErrors
                + " bitFlips=" + bitFlips + " kills=" + kills + " powerLosses=" + powerLosses + " writesCutShort="
                + writesCutShort + " writesDropped=" + writesDropped + " writesTorn=" + writesTorn + " namesDropped="
                + namesDropped;
    }
}
