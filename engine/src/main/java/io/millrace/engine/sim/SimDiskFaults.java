package io.millrace.engine.sim;

import java.util.function.Predicate;

/**
 * How badly a simulated disk behaves. Chances are in parts per million of the operations they concern, times are
 * virtual. May be changed while the disk is in use, above all to {@link #heal} it.
 */
public final class SimDiskFaults {
    long delayNsMin = 5_000;
    long delayNsMax = 50_000;
    int stallPpm;
    long stallNs;
    int shortWritePpm;
    int shortReadPpm;
    int noSpacePpm;
    long noSpaceNsMax = 1;
    Predicate<String> fullPaths = path -> false;
    Predicate<String> fullFiles = path -> false;
    int writeErrorPpm;
    int syncErrorPpm;
    int readErrorPpm;
    int bitFlipPpm;
    Predicate<String> bitFlipPaths = path -> true;
    long residentWindowBytes = 64L << 20;

    private SimDiskFaults() {}

    /** A good disk: some microseconds per operation, nothing fails. */
    public static SimDiskFaults none() {
        return new SimDiskFaults();
    }

    /** A disk that is slow, moves parts of what is asked and is full now and then, but neither loses nor lies. */
    public static SimDiskFaults rough() {
        return none().delays(5_000, 2_000_000)
                .stalls(1_000, 200_000_000)
                .shortMoves(20_000, 50_000)
                .noSpace(500, 300_000_000);
    }

    /** As {@link #rough}, and the medium fails too. */
    public static SimDiskFaults failing() {
        return rough().mediaErrors(50, 100, 50).bitFlips(50);
    }

    /** How long an operation takes. */
    public SimDiskFaults delays(final long minNs, final long maxNs) {
        delayNsMin = minNs;
        delayNsMax = maxNs;
        return this;
    }

    /** How many operations take how much longer. */
    public SimDiskFaults stalls(final int ppm, final long ns) {
        stallPpm = ppm;
        stallNs = ns;
        return this;
    }

    /** How many writes and reads move only a part of what was asked. */
    public SimDiskFaults shortMoves(final int writePpm, final int readPpm) {
        shortWritePpm = writePpm;
        shortReadPpm = readPpm;
        return this;
    }

    /** How many writes and allocations begin an episode without space, and how long it lasts at most. */
    public SimDiskFaults noSpace(final int ppm, final long nsMax) {
        noSpacePpm = ppm;
        noSpaceNsMax = nsMax;
        return this;
    }

    /** At which paths, a rename's target among them, whatever may need space finds none. */
    public SimDiskFaults fullAt(final Predicate<String> paths) {
        fullPaths = paths;
        return this;
    }

    /** Which files cannot grow, as on a full disk; what they have can be cut and synced. */
    public SimDiskFaults fullFiles(final Predicate<String> paths) {
        fullFiles = paths;
        return this;
    }

    /** How many writes (allocations, truncations), syncs and reads fail with an I/O error. */
    public SimDiskFaults mediaErrors(final int writePpm, final int syncPpm, final int readPpm) {
        writeErrorPpm = writePpm;
        syncErrorPpm = syncPpm;
        readErrorPpm = readPpm;
        return this;
    }

    /** At how many operations one bit of some file's synced bytes turns. */
    public SimDiskFaults bitFlips(final int ppm) {
        bitFlipPpm = ppm;
        return this;
    }

    /** As {@link #bitFlips(int)}, in files that the filter takes. */
    public SimDiskFaults bitFlips(final int ppm, final Predicate<String> paths) {
        bitFlipPaths = paths;
        return bitFlips(ppm);
    }

    /** How much of what was written last to a file, or prefetched, counts as resident. */
    public SimDiskFaults residentWindow(final long bytes) {
        residentWindowBytes = bytes;
        return this;
    }

    /** From now on nothing fails. */
    public void heal() {
        stallPpm = 0;
        shortWritePpm = 0;
        shortReadPpm = 0;
        noSpacePpm = 0;
        fullPaths = path -> false;
        fullFiles = path -> false;
        writeErrorPpm = 0;
        syncErrorPpm = 0;
        readErrorPpm = 0;
        bitFlipPpm = 0;
    }
}
