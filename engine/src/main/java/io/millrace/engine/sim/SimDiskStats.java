package io.millrace.engine.sim;

import java.util.function.ObjLongConsumer;

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

    /** Tells each kind and how often it struck. */
    public void forEach(final ObjLongConsumer<String> visitor) {
        visitor.accept("stalls", stalls);
        visitor.accept("shortWrites", shortWrites);
        visitor.accept("shortReads", shortReads);
        visitor.accept("noSpace", noSpace);
        visitor.accept("writeErrors", writeErrors);
        visitor.accept("syncErrors", syncErrors);
        visitor.accept("readErrors", readErrors);
        visitor.accept("bitFlips", bitFlips);
        visitor.accept("kills", kills);
        visitor.accept("powerLosses", powerLosses);
        visitor.accept("writesCutShort", writesCutShort);
        visitor.accept("writesDropped", writesDropped);
        visitor.accept("writesTorn", writesTorn);
        visitor.accept("namesDropped", namesDropped);
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder();
        forEach((kind, times) ->
                text.append(text.isEmpty() ? "" : " ").append(kind).append('=').append(times));
        return text.toString();
    }
}
