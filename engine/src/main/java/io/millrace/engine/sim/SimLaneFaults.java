package io.millrace.engine.sim;

/** How a simulated lane misbehaves. Rates are per million offers; times are virtual. */
public final class SimLaneFaults {
    long delayNsMin = 1_000;
    long delayNsMax = 50_000;
    int capacityBytes = 256 * 1024;
    int maxMessageBytes = 32 * 1024;
    int backPressurePpm;
    int lossPpm;
    long noticeNsMax = 5_000_000;
    long outageNsMax = 20_000_000;

    private SimLaneFaults() {}

    /** Delays, and back-pressure when full; nothing else. */
    public static SimLaneFaults none() {
        return new SimLaneFaults();
    }

    /** Offers refused for no reason, and sessions lost. */
    public SimLaneFaults rates(final int backPressure, final int loss) {
        backPressurePpm = backPressure;
        lossPpm = loss;
        return this;
    }

    /** Bytes under way in one direction, and the largest message. */
    public SimLaneFaults sizes(final int capacity, final int maxMessage) {
        capacityBytes = capacity;
        maxMessageBytes = maxMessage;
        return this;
    }

    public SimLaneFaults delays(final long minNs, final long maxNs) {
        delayNsMin = minNs;
        delayNsMax = maxNs;
        return this;
    }
}
