package io.millrace.tools.inspect;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.log.AbortedTransactions;
import io.millrace.engine.producer.TransactionMarker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The lists of aborted transactions, {@code .txnindex}, against the log's markers. Where a transaction began before the
 * first batch that is read, the list is believed. A compacted log is not looked at: what began a transaction may be gone.
 */
final class AbortedCheck {
    private static final long UNKNOWN = -1;
    private static final int LIST_BYTES_MAX = 1 << 30;

    /** A marker that aborts, and where its transaction began. */
    private record Abort(long producerId, long firstOffset, long lastOffset) {}

    private final PartitionContext context;
    private final Consumer<Finding> findings;
    private final TransactionMarker marker = new TransactionMarker();
    private final Map<Long, Long> open = new HashMap<>();
    private final List<Abort> aborts = new ArrayList<>();
    private Path file;
    private AbortedTransactions listed;
    private boolean active;
    private boolean blind;

    AbortedCheck(final PartitionContext context, final Consumer<Finding> findings) {
        this.context = context;
        this.findings = findings;
    }

    /** Reads the segment's list; to be called before the segment is read. */
    void begin(final Path segment, final long baseOffset, final boolean isActive) {
        file = PartitionFiles.sibling(segment, "txnindex");
        active = isActive;
        aborts.clear();
        if (!Files.exists(file)) {
            listed = new AbortedTransactions();
            return;
        }
        final byte[] bytes = FileWindow.readAll(file, LIST_BYTES_MAX);
        listed = AbortedTransactions.decode(new UnsafeBuffer(bytes), bytes.length, baseOffset);
        if (listed == null) {
            report(0, "this list of aborted transactions is not sound");
        }
    }

    void onBatch(final BatchFlyweight batch) {
        if (!batch.isTransactional() || !batch.hasProducerId()) {
            return;
        }
        if (!batch.isControl()) {
            open.putIfAbsent(batch.producerId(), batch.baseOffset());
        } else if (marker.wrap(batch)) {
            final Long firstOffset = open.remove(batch.producerId());
            if (!marker.isCommit()) {
                aborts.add(
                        new Abort(batch.producerId(), firstOffset == null ? UNKNOWN : firstOffset, batch.lastOffset()));
            }
        }
    }

    /** From here on it is not known what the log says. */
    void damaged() {
        blind = true;
    }

    /** The segment was read to its end. */
    void end() {
        if (listed == null || blind || !context.dense() || context.holesBelow() > 0) {
            return;
        }
        int entry = 0;
        for (final Abort abort : aborts) {
            while (entry < listed.count() && listed.lastOffset(entry) < abort.lastOffset) {
                noMarker(entry++);
            }
            if (entry < listed.count() && listed.lastOffset(entry) == abort.lastOffset) {
                compare(entry++, abort);
            } else if (abort.firstOffset != UNKNOWN) {
                report(
                        (long) listed.count() * AbortedTransactions.ENTRY_BYTES,
                        "the transaction of producer " + abort.producerId + " from offset " + abort.firstOffset + " to "
                                + abort.lastOffset + " was aborted, but is not listed");
            }
        }
        while (entry < listed.count()) {
            noMarker(entry++);
        }
    }

    private void compare(final int entry, final Abort abort) {
        final boolean began = abort.firstOffset == UNKNOWN || abort.firstOffset == listed.firstOffset(entry);
        if (abort.producerId != listed.producerId(entry) || !began) {
            findings.accept(Finding.damage(
                    file,
                    (long) entry * AbortedTransactions.ENTRY_BYTES,
                    "lists producer " + listed.producerId(entry) + " from offset " + listed.firstOffset(entry) + " to "
                            + abort.lastOffset + ", where producer " + abort.producerId + " has aborted from "
                            + (abort.firstOffset == UNKNOWN ? "earlier on" : abort.firstOffset)));
        }
    }

    private void noMarker(final int entry) {
        findings.accept(Finding.damage(
                file,
                (long) entry * AbortedTransactions.ENTRY_BYTES,
                "lists producer " + listed.producerId(entry) + " up to offset " + listed.lastOffset(entry)
                        + ", where no marker aborts a transaction"));
    }

    /** What a broker that runs, or did not end orderly, may leave beside the active segment, and nothing else may. */
    private void report(final long position, final String message) {
        findings.accept(
                active && !context.clean()
                        ? Finding.torn(file, position, message)
                        : Finding.damage(file, position, message));
    }
}
