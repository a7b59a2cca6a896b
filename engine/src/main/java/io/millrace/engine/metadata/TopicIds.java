package io.millrace.engine.metadata;

import io.millrace.engine.port.Entropy;

/** Draws ids for topics: version-4 UUIDs as Kafka makes them. */
final class TopicIds {
    /** Of a UUID's first half: Kafka keeps 0 and 1 (with a first half of 0) for itself. */
    private static final long VERSION_MASK = 0xF000L;

    private static final long VERSION_4 = 0x4000L;
    private static final long VARIANT_MASK = 0xC000_0000_0000_0000L;
    private static final long VARIANT_2 = 0x8000_0000_0000_0000L;
    /** Six bits that base64 writes as '-', which at the start of an id looks like an option to a shell. */
    private static final int DASH = 62;

    private final Entropy entropy;
    private long high;
    private long low;

    TopicIds(final Entropy entropy) {
        this.entropy = entropy;
    }

    void draw(final MetadataImage image) {
        do {
            high = (entropy.nextLong() & ~VERSION_MASK) | VERSION_4;
            low = (entropy.nextLong() & ~VARIANT_MASK) | VARIANT_2;
        } while (high >>> 58 == DASH || image.topicById(high, low) != null);
    }

    long high() {
        return high;
    }

    long low() {
        return low;
    }
}
