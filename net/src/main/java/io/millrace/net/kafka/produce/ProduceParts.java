package io.millrace.net.kafka.produce;

import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.status.Outcome;
import io.millrace.net.kafka.api.PartitionIndex;
import java.util.Arrays;
import org.apache.kafka.common.protocol.Errors;

/**
 * The partitions of one Produce request in its order: where their batches lie, who owns them, what became of them; and
 * for each core a chain of those that go there. Parallel arrays that grow to the largest request and shrink after an
 * outsized one. Owned by one core's thread.
 */
final class ProduceParts {
    static final int END = -1;

    private static final int CAPACITY_INITIAL = 16;
    private static final int CAPACITY_KEPT = 4096;
    private static final long UNKNOWN = -1;

    private final int[] firstOfCore;
    private final int[] lastOfCore;
    private final PartitionIndex index = new PartitionIndex();
    private int count;
    private boolean hasSuperseded;
    private boolean hasBlamed;

    private long[] keys;
    private int[] epochs;
    /** Where the partition lives, as of now. */
    private PartitionImage[] images;

    private int[] recordsOffsets;
    private int[] recordsLengths;
    private int[] nextOfCore;
    private Errors[] errors;
    private boolean[] stale;
    private boolean[] superseded;
    private boolean[] unverified;
    private boolean[] verified;
    private long[] guards;
    private long[] baseOffsets;
    private long[] appendTimesMs;
    private long[] logStartOffsets;
    private int[] badRecords;
    private long[] judgedAtMs;

    ProduceParts(final int coreCount) {
        firstOfCore = new int[coreCount];
        lastOfCore = new int[coreCount];
        allocate(CAPACITY_INITIAL);
        clearChains();
    }

    private void allocate(final int capacity) {
        keys = new long[capacity];
        epochs = new int[capacity];
        images = new PartitionImage[capacity];
        recordsOffsets = new int[capacity];
        recordsLengths = new int[capacity];
        nextOfCore = new int[capacity];
        errors = new Errors[capacity];
        stale = new boolean[capacity];
        superseded = new boolean[capacity];
        unverified = new boolean[capacity];
        verified = new boolean[capacity];
        guards = new long[capacity];
        baseOffsets = new long[capacity];
        appendTimesMs = new long[capacity];
        logStartOffsets = new long[capacity];
        badRecords = new int[capacity];
        judgedAtMs = new long[capacity];
    }

    /** Forgets everything and makes room for a request. */
    void reset(final int capacity) {
        count = 0;
        hasSuperseded = false;
        hasBlamed = false;
        index.reset(capacity);
        clearChains();
        if (keys.length < capacity || keys.length > CAPACITY_KEPT && capacity <= CAPACITY_KEPT) {
            allocate(Math.max(capacity, CAPACITY_INITIAL));
        }
    }

    void clearChains() {
        Arrays.fill(firstOfCore, END);
    }

    int count() {
        return count;
    }

    /** Adds a partition that no image knows. */
    int addUnknown(final Errors error) {
        final int part = count++;
        keys[part] = UNKNOWN;
        stale[part] = false;
        superseded[part] = false;
        unverified[part] = false;
        verified[part] = false;
        guards[part] = UNKNOWN;
        refused(part, error, UNKNOWN);
        return part;
    }

    /**
     * Adds a partition. If the request has named it before, the later one counts and takes the earlier one's place, as
     * in Apache Kafka.
     *
     * @return the place to fill in
     */
    int add(final long key) {
        final int part = addUnknown(Errors.NONE);
        keys[part] = key;
        final int before = index.putIfAbsent(key, part);
        if (before == PartitionIndex.NONE) {
            return part;
        }
        superseded[part] = true;
        hasSuperseded = true;
        refused(before, Errors.NONE, UNKNOWN);
        return before;
    }

    /** The partition's batch lies there and goes to its owner. */
    void send(final int part, final int recordsOffset, final int recordsLength, final PartitionImage image) {
        recordsOffsets[part] = recordsOffset;
        recordsLengths[part] = recordsLength;
        images[part] = image;
    }

    /** Whether the part is to be sent and not a duplicate of another. */
    boolean isToBeSent(final int part) {
        return errors[part] == Errors.NONE && !superseded[part];
    }

    PartitionImage image(final int part) {
        return images[part];
    }

    /** Puts the part at the end of the chain of who owns it now. */
    void chain(final int part) {
        final int core = images[part].ownerCore();
        epochs[part] = images[part].leaderEpoch();
        stale[part] = false;
        nextOfCore[part] = END;
        if (firstOfCore[core] == END) {
            firstOfCore[core] = part;
        } else {
            nextOfCore[lastOfCore[core]] = part;
        }
        lastOfCore[core] = part;
    }

    /** Whether a later part names the same partition, so that this one is neither sent nor answered. */
    boolean isSuperseded(final int part) {
        return superseded[part];
    }

    boolean hasSuperseded() {
        return hasSuperseded;
    }

    /** Answers that these parts will have. */
    int answers(final int firstPart, final int parts) {
        int answers = 0;
        for (int part = firstPart; part < firstPart + parts; part++) {
            answers += superseded[part] ? 0 : 1;
        }
        return answers;
    }

    int firstOf(final int core) {
        return firstOfCore[core];
    }

    int next(final int part) {
        return nextOfCore[part];
    }

    void refused(final int part, final Errors error, final long logStartOffset) {
        errors[part] = error;
        baseOffsets[part] = UNKNOWN;
        appendTimesMs[part] = UNKNOWN;
        logStartOffsets[part] = logStartOffset;
        badRecords[part] = -1;
    }

    /** A record of the batch is to blame: the first of them, and the time against which it was judged. */
    void blamed(final int part, final int badRecord, final long newJudgedAtMs) {
        badRecords[part] = badRecord;
        judgedAtMs[part] = newJudgedAtMs;
        hasBlamed |= badRecord >= 0;
    }

    void accepted(final int part, final long baseOffset, final long appendTimeMs, final long logStartOffset) {
        errors[part] = Errors.NONE;
        baseOffsets[part] = baseOffset;
        appendTimesMs[part] = appendTimeMs;
        logStartOffsets[part] = logStartOffset;
        badRecords[part] = -1;
    }

    /** Every part whose owner has not answered has timed out. */
    void timeOut() {
        for (int part = 0; part < count; part++) {
            if (errors[part] == Errors.NONE && baseOffsets[part] == UNKNOWN) {
                refused(part, Errors.REQUEST_TIMED_OUT, UNKNOWN);
            }
        }
    }

    /** The owner had changed when the batch came. */
    void stale(final int part) {
        stale[part] = true;
    }

    /** The owner does not know the batch's transaction: it is to be verified, and to come again with the guard. */
    void unverified(final int part, final long guard) {
        refused(part, Errors.NONE, UNKNOWN);
        unverified[part] = true;
        guards[part] = guard;
    }

    boolean hasUnverified() {
        for (int part = 0; part < count; part++) {
            if (unverified[part]) {
                return true;
            }
        }
        return false;
    }

    boolean isUnverified(final int part) {
        return unverified[part];
    }

    /** It may come again. */
    void verified(final int part) {
        unverified[part] = false;
        verified[part] = true;
        errors[part] = Errors.NONE;
    }

    /** It may not. */
    void unverifiable(final int part, final Errors error) {
        unverified[part] = false;
        refused(part, error, UNKNOWN);
    }

    boolean isVerified(final int part) {
        return verified[part];
    }

    long guard(final int part) {
        return guards[part];
    }

    boolean isStale(final int part) {
        return stale[part];
    }

    /** The partition's key, or -1 if there is no such partition. */
    long key(final int part) {
        return keys[part];
    }

    int epoch(final int part) {
        return epochs[part];
    }

    int recordsOffset(final int part) {
        return recordsOffsets[part];
    }

    int recordsLength(final int part) {
        return recordsLengths[part];
    }

    Errors error(final int part) {
        return errors[part];
    }

    long baseOffset(final int part) {
        return baseOffsets[part];
    }

    long appendTimeMs(final int part) {
        return appendTimesMs[part];
    }

    long logStartOffset(final int part) {
        return logStartOffsets[part];
    }

    int badRecord(final int part) {
        return badRecords[part];
    }

    /** Whether a record of any batch is to blame. */
    boolean hasBlamed() {
        return hasBlamed;
    }

    /** When the bad record was judged. */
    long judgedAtMs(final int part) {
        return judgedAtMs[part];
    }

    boolean hasError() {
        for (int part = 0; part < count; part++) {
            if (errors[part] != Errors.NONE) {
                return true;
            }
        }
        return false;
    }

    /** Apache Kafka tells the log's start with errors found inside the log, not with those found on the way there. */
    static boolean tellsLogStart(final Outcome outcome) {
        return switch (outcome) {
            case INVALID_RECORD,
                    INVALID_TIMESTAMP,
                    UNKNOWN_CODEC,
                    UNSUPPORTED_CODEC,
                    OUT_OF_ORDER_SEQUENCE,
                    STALE_PRODUCER_EPOCH,
                    INVALID_TXN_STATE,
                    INTERNAL -> true;
            default -> false;
        };
    }
}
