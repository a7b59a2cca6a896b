package io.millrace.engine.log;

import io.millrace.engine.batch.BatchFlyweight;

/** Where the producers stood that a log knew at one moment. */
@FunctionalInterface
public interface LastRecords {
    LastRecords NONE = batch -> false;

    /** Whether the batch is the one by which its producer's state is known: it must not vanish. */
    boolean isLast(BatchFlyweight batch);
}
