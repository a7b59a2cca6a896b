package io.millrace.net.simulation;

import io.millrace.engine.log.RecoveryReport;
import io.millrace.engine.log.ScrubFinding;
import io.millrace.engine.port.Entropy;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimDamage;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/** What outlives the simulated broker: time, the disk, the network, the clients' memory, and the count of faults. */
final class SimWorld {
    private static final long NEVER = Long.MAX_VALUE;
    /** Much longer than any time-out of those who take part, once nothing fails any more. */
    private static final long PATIENCE_NS = 20_000_000_000L;

    private final SimTime time = new SimTime();
    private final SimDiskImage image = new SimDiskImage();
    private final History history = new History();
    private final TreeMap<String, Long> counts = new TreeMap<>();
    private final TreeSet<Long> producerIds = new TreeSet<>();
    private final Entropy entropy;
    private final SimDiskFaults diskFaults;
    private final SimNetwork network;
    private final boolean fsync;
    private SimNode node;
    private long lettersFailed;
    private final Wounds wounds = new Wounds(image);
    private final JournalWounds journalWounds = new JournalWounds(image);
    private final ScrubBook scrubBook = new ScrubBook(image, wounds);
    private final List<BiConsumer<TopicPartition, Long>> shortened = new ArrayList<>();
    private final SimEpochs epochs = new SimEpochs();
    private boolean mayForgetAcked;
    private long healedNs = NEVER;
    private long syncErrorsSeen;
    private long trace = 1125899906842597L;

    SimWorld(final long seed, final boolean fsync, final SimDiskFaults diskFaults, final SimNetworkFaults network) {
        this.entropy = new SeededEntropy(seed);
        this.fsync = fsync;
        this.diskFaults = diskFaults;
        image.onDamage(this::onDamage);
        this.network = new SimNetwork(time, entropy.stream("network"), network);
    }

    Entropy entropy(final String stream) {
        return entropy.stream(stream);
    }

    SimTime time() {
        return time;
    }

    SimDiskImage image() {
        return image;
    }

    SimDiskFaults diskFaults() {
        return diskFaults;
    }

    SimNetwork network() {
        return network;
    }

    History history() {
        return history;
    }

    SimNode node() {
        return node;
    }

    void node(final SimNode started) {
        node = started;
    }

    /** The broker's process is gone. */
    void nodeGone() {
        lettersFailed = lettersFailed();
        node = null;
        journalWounds.onEnd();
        network.resetAll();
    }

    /** Records that brokers have archived without their dead letter, and said so. */
    long lettersFailed() {
        return lettersFailed + (node == null ? 0 : node.lettersFailed());
    }

    /** A connection to the broker, or null if nobody listens. */
    SimLink connect(final int port) {
        return node == null ? null : node.connect(port, network);
    }

    /** A power loss under {@code durability=os} takes what was not synced; clients may be told anything after. */
    void onPowerLoss() {
        if (!fsync) {
            mayForgetAcked = true;
            history.forgetAll();
        }
    }

    /** A sync that failed takes what it should have kept, once nobody remembers it: under fsync nobody was told of it. */
    void onStart() {
        if (image.stats().syncErrors > syncErrorsSeen) {
            syncErrorsSeen = image.stats().syncErrors;
            onPowerLoss();
        }
    }

    /** Rings so small that credit runs out, most of the time. */
    int ringBytes() {
        return 8192 << entropy.stream("rings").nextInt(4);
    }

    boolean mayForgetAcked() {
        return mayForgetAcked;
    }

    /** Whether the log may have lost its end, as far as clients were told. */
    boolean mayForgetAcked(final TopicPartition partition) {
        return mayForgetAcked || wounds.isShortened(partition);
    }

    Wounds wounds() {
        return wounds;
    }

    private void onDamage(final SimDamage damage) {
        if (wounds.add(damage)) {
            count("batch damaged");
        }
        if (journalWounds.add(damage)) {
            count("journal damaged");
        }
    }

    /** From now on nothing fails. */
    void healed() {
        healedNs = nowNs();
    }

    boolean isHealed() {
        return healedNs != NEVER;
    }

    /** Whether what has been waited for since then should long have come. */
    boolean isOverdue(final long sinceNs) {
        return healedNs != NEVER && nowNs() - Math.max(sinceNs, healedNs) > PATIENCE_NS;
    }

    long nowNs() {
        return time.nanoTime();
    }

    long nowMs() {
        return time.epochMs();
    }

    void trace(final long value) {
        trace = trace * 31 + value;
    }

    long traceHash() {
        return trace * 31 + image.traceHash();
    }

    void count(final String what) {
        counts.merge(what, 1L, Long::sum);
    }

    Map<String, Long> counts() {
        return counts;
    }

    void onClientError(final Errors error) {
        count("answer." + error);
        trace(error.code());
    }

    SimEpochs epochs() {
        return epochs;
    }

    ScrubBook scrubBook() {
        return scrubBook;
    }

    void onScrubFinding(final ScrubFinding finding) {
        scrubBook.onFinding(finding);
        count(finding.unreadable() ? "scrub could not read" : "damage found by the scrub");
        trace(finding.position());
    }

    void onBoot() {
        scrubBook.onStart();
        journalWounds.onStart();
    }

    void onBootFindings(final List<String> findings) {
        findings.forEach(finding -> count(finding.startsWith("DAMAGE") ? "boot finding of damage" : "boot finding"));
        journalWounds.onFindings(findings);
    }

    /** Whether what the start under way had read is not what is there any more. */
    boolean isJournalStruckWhileRead() {
        return journalWounds.isStruckWhileRead();
    }

    /** All cores have opened their partitions. */
    void onBooted() {
        journalWounds.onRecovered();
    }

    void onRecovered(final RecoveryReport report) {
        if (report.bytesCut() > 0) {
            count("tail cut");
        }
        if (report.batchesReplayed() > 0) {
            count("continued by the journal");
        }
        onJournalCut(report);
        if (report.isDamaged() || report.bytesCut() > 0) {
            onShortened(report);
        }
    }

    /** A copy in a journal was damaged, perhaps the only one that was durable: the log may end there. */
    private void onJournalCut(final RecoveryReport report) {
        final TopicPartition partition = Wounds.partitionOf(report.directory());
        if (journalWounds.isWounded(partition, report.endOffset(), report.isDamaged())) {
            count("damage in a journal cut a log");
            wounds.onCut(partition);
            shorten(partition, report.endOffset());
        }
    }

    /** Somebody who remembers more than the history does: told where a log ends that damage made shorter. */
    void onShortened(final BiConsumer<TopicPartition, Long> listener) {
        shortened.add(listener);
    }

    private void shorten(final TopicPartition partition, final long endOffset) {
        history.forgetFrom(partition, endOffset);
        shortened.forEach(each -> each.accept(partition, endOffset));
    }

    /** Only where a batch was damaged may durable data be missing; and what is missing was reported. */
    private void onShortened(final RecoveryReport report) {
        final TopicPartition partition = Wounds.partitionOf(report.directory());
        final boolean atWound = wounds.notice(partition, report.faultOffset()) >= 0;
        if (report.isDamaged()) {
            if (!wounds.isWounded(partition) && !wounds.isReadOnly(partition) && !journalWounds.isWounded(partition)) {
                throw new ViolationException("damage where none was done: " + report);
            }
            count("damage found by recovery");
            wounds.onReadOnly(partition, report.endOffset());
            shortened.forEach(each -> each.accept(partition, report.endOffset()));
        } else if (atWound) {
            count("damage taken for a torn end");
            wounds.onCut(partition);
            shorten(partition, report.endOffset());
        }
    }

    /** Ids are handed out once, whatever happens in between. */
    void onProducerId(final long id) {
        if (!producerIds.add(id)) {
            throw new ViolationException("producer id " + id + " was handed out twice");
        }
        trace(id);
    }
}
