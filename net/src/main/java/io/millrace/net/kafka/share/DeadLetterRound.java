package io.millrace.net.kafka.share;

import io.millrace.codec.core.ReadReplyDecoder;
import io.millrace.engine.core.Core;
import io.millrace.engine.core.Deadline;
import io.millrace.engine.log.LogSlice;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.PartitionKeys;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.share.RecordRanges;
import io.millrace.engine.status.Outcome;
import io.millrace.engine.status.Tally;
import io.millrace.net.kafka.api.WireErrors;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.errors.RetriableException;

/**
 * Writes the next dead letters of one share partition, as one batch: to the partition of the dead-letter topic that the
 * records' own partition falls on, by the way of all batches. What cannot be written after a few attempts is archived
 * all the same. Used once, on the partition's core.
 *
 * <pre>
 *   topic there? ─► (created) ─► (records read) ─► built beside the core ─► appended ─► archived
 *        ▲                                │                  │
 *        └──── a while later ◄────────────┴──────────────────┘
 * </pre>
 */
final class DeadLetterRound {
    private static final int RECORDS_MAX = 1000;
    /** The first batch is there whole, whatever its size. */
    private static final int SOURCE_BYTES_MAX = 256 * 1024;

    private static final int ATTEMPTS_MAX = 5;
    private static final long PAUSE_NS = 1_000_000_000L;
    private static final long PAUSE_NS_MAX = 30_000_000_000L;
    private static final long BUSY_NS = 10_000_000L;

    private final ShareHosts hosts;
    private final DeadLetters letters;
    private final SharePartitionHost host;
    private final ShareLog log;
    private final RecordRanges records = new RecordRanges();
    private final Deadline pause = new Deadline() {
        @Override
        protected void onDeadline(final long nowNs, final long nowMs) {
            letters.enter(DeadLetterRound.this);
        }
    };
    private final Deadline busy = new Deadline() {
        @Override
        protected void onDeadline(final long nowNs, final long nowMs) {
            submit();
        }
    };
    private DeadLetterBatch unbuilt;
    /** Reads that brought nothing, and creations and appends that failed: each kind is tried so often. */
    private int readAttempts;

    private int attempts;
    private boolean underWay;

    DeadLetterRound(final ShareHosts hosts, final SharePartitionHost host) {
        this.hosts = hosts;
        this.host = host;
        letters = hosts.deadLetters();
        log = new ShareLog(hosts, host.key(), () -> {});
    }

    private Core core() {
        return hosts.core();
    }

    private GroupRulesInForce rules() {
        return hosts.rules(host.key().group());
    }

    /** It is its turn. */
    void run() {
        underWay = true;
        final String name = rules().deadLetterTopic();
        final String complaint = DeadLetterTopic.complaint(core(), host.key().group(), name);
        if (!host.isActive()) {
            leave();
        } else if (complaint != null) {
            giveUp(complaint);
        } else if (core().image().topic(name) == null) {
            DeadLetterTopic.create(core(), name, (outcome, message) -> onCreated(name, outcome, message));
        } else {
            host.deadLetters(RECORDS_MAX, records);
            if (!rules().deadLetterCopies()) {
                build(DeadLetterSource.none(Long.MAX_VALUE));
            } else {
                log.read(records.first(0), SOURCE_BYTES_MAX, false, this::onRead);
            }
        }
    }

    private void onCreated(final String name, final Outcome outcome, final String message) {
        if (outcome == Outcome.OK && core().image().topic(name) != null) {
            run();
        } else if (outcome == Outcome.OK || WireErrors.of(outcome).exception() instanceof RetriableException) {
            tryAgain("Dead-letter topic " + name + " could not be created: " + outcome + '.');
        } else {
            giveUp("Dead-letter topic " + name + " could not be created: " + message);
        }
    }

    /** What cannot be read is told of, not copied. */
    private void onRead(final ReadReplyDecoder.PartsDecoder part) {
        final Outcome outcome = Outcome.of(part.outcome());
        final LogSlice slice = part.leaseId() >= 0 ? hosts.receive(part.leaseId()) : null;
        DeadLetterSource source = null;
        if (slice != null) {
            source = DeadLetterSource.of(slice);
            hosts.release(slice);
        }
        final long first = records.first(0);
        if (source == null && outcome == Outcome.OFFSET_OUT_OF_RANGE) {
            // Gone from the log; what begins with its start is still there.
            source = DeadLetterSource.none(part.logStartOffset() > first ? part.logStartOffset() - 1 : Long.MAX_VALUE);
        } else if (source == null && outcome == Outcome.CORRUPT_BATCH) {
            source = DeadLetterSource.none(first);
        } else if (source == null) {
            // Nothing at all though all is well: every lease was out.
            if (++readAttempts < ATTEMPTS_MAX) {
                pause(pauseNs(readAttempts));
                return;
            }
            source = DeadLetterSource.none(Long.MAX_VALUE);
        }
        build(source);
    }

    private void build(final DeadLetterSource source) {
        final MetadataImage image = core().image();
        final TopicImage from =
                image.topicByNumber(PartitionKeys.topicNumber(host.key().partitionKey()));
        final TopicImage to = image.topic(rules().deadLetterTopic());
        if (!host.isActive() || from == null) {
            leave();
        } else if (to == null) {
            run();
        } else {
            unbuilt = new DeadLetterBatch(
                    host.key(),
                    from.name(),
                    records,
                    source,
                    Math.min(to.config().maxMessageBytes(), DeadLetterSource.BYTES_MAX),
                    core().nowMs(),
                    letters.decompressor());
            submit();
        }
    }

    /** Where too much waits already it keeps its turn: what it has read is not read again. */
    private void submit() {
        final DeadLetterBatch batch = unbuilt;
        if (core().housekeeping().submit(batch::build, () -> append(batch))) {
            unbuilt = null;
        } else {
            core().deadlines().arm(busy, core().nowNs() + BUSY_NS);
        }
    }

    private void append(final DeadLetterBatch batch) {
        if (!host.isActive()) {
            // Who goes on with the partition writes them.
            leave();
            return;
        }
        final TopicImage to = core().image().topic(rules().deadLetterTopic());
        final PartitionImage partition =
                to == null ? null : to.partition(host.key().partition() % to.partitionCount());
        if (partition == null) {
            run();
            return;
        }
        final ByteBuffer bytes = batch.bytes();
        final UnsafeBuffer view = new UnsafeBuffer(bytes, bytes.position(), bytes.remaining());
        letters.appends()
                .append(
                        partition,
                        view,
                        0,
                        view.capacity(),
                        (outcome, baseOffset) -> onAppended(to.name(), batch.last(), outcome));
    }

    private void onAppended(final String topic, final long last, final Outcome outcome) {
        if (outcome == Outcome.OK) {
            letters.settle(host.key().group());
            end(last, hosts.meter().lettersWritten);
            return;
        }
        final String why = "Dead-letter topic " + topic + " of share group "
                + host.key().group() + " did not take a batch: " + outcome + '.';
        if (WireErrors.of(outcome).exception() instanceof RetriableException) {
            tryAgain(why);
        } else {
            giveUp(why);
        }
    }

    private void tryAgain(final String why) {
        if (!mayTryAgain()) {
            giveUp(why);
        }
    }

    /** Has it begin anew a while later, unless that was done often enough. */
    private boolean mayTryAgain() {
        final boolean again = ++attempts < ATTEMPTS_MAX;
        if (again) {
            pause(pauseNs(attempts));
        }
        return again;
    }

    private static long pauseNs(final int attempt) {
        return Math.min(PAUSE_NS_MAX, PAUSE_NS << attempt - 1);
    }

    private void pause(final long ns) {
        core().deadlines().arm(pause, core().nowNs() + ns);
        leave();
    }

    private void giveUp(final String why) {
        letters.complain(host.key().group(), why);
        if (records.isEmpty()) {
            host.deadLetters(Long.MAX_VALUE, records);
        }
        end(Long.MAX_VALUE, hosts.meter().lettersFailed);
    }

    private void end(final long last, final Tally tally) {
        underWay = false;
        host.onDeadLettersEnd(records, last, tally);
        letters.leave();
    }

    /** It has nothing to do for now, or for ever. */
    private void leave() {
        underWay = false;
        host.checkDeparture();
        letters.leave();
    }

    /** Whether it does something that is not to be done twice. */
    boolean isUnderWay() {
        return underWay;
    }
}
