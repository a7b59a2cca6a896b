package io.millrace.engine.metadata;

import java.util.TreeMap;

/**
 * Which of the newest topics came in one request, for requests whose names collide with each other: Kafka lets such
 * names pass, while it refuses them beside a topic that was there. Known to the controller alone, and for as long as
 * requests take; what is forgotten counts as having been there.
 */
final class TopicBatches {
    /** A batch that is none: its names collide with all. */
    static final long NONE = 0;

    private static final int TOPICS_MAX = 20_000;

    private final TreeMap<Integer, Long> batches = new TreeMap<>();

    /** The topic is about to be created; if a predecessor of the same number never was, it counts no more. */
    void add(final int topicNumber, final long batch) {
        if (batch == NONE) {
            batches.remove(topicNumber);
            return;
        }
        batches.put(topicNumber, batch);
        if (batches.size() > TOPICS_MAX) {
            batches.pollFirstEntry();
        }
    }

    boolean holds(final long batch, final int topicNumber) {
        return batch != NONE && batches.getOrDefault(topicNumber, NONE) == batch;
    }
}
