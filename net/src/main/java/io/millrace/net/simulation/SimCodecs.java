package io.millrace.net.simulation;

import io.millrace.engine.port.Entropy;
import java.util.Map;

/** How some topics want their batches packed, and that they are looked into. Stateless. */
final class SimCodecs {
    private static final int ODDS = 3;
    /** Gzip alone: its bytes come from the JDK, those of the others from libraries that may be missing. */
    private static final String[] CODECS = {"gzip", "uncompressed", "producer"};

    private SimCodecs() {}

    /** From a stream of the topic's own, so that other seeds stay what they were. */
    static void configure(final String topic, final SimWorld world, final Map<String, String> configs) {
        final Entropy few = world.entropy("codec of " + topic);
        if (few.nextInt(ODDS) > 0) {
            return;
        }
        final String codec = CODECS[few.nextInt(CODECS.length)];
        final boolean full = few.nextInt(2) == 0;
        configs.put("compression.type", codec);
        configs.put("record.validation", full ? "full" : "headers");
        world.count(topic + " packs " + codec + (full ? " and looks inside" : ""));
    }
}
