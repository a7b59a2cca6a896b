package io.millrace.tools.inspect;

import io.millrace.codec.journal.JournalBlockDecoder;
import io.millrace.codec.journal.JournalRecordDecoder;
import io.millrace.engine.journal.JournalFormat;
import io.millrace.engine.journal.JournalScan;
import io.millrace.engine.journal.JournalVerdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Shows what the cores' journals hold, as a killed broker leaves them. A file is judged together with the others of its
 * core, since they say of each other what must be there. A live broker writes on while they are read: what is found
 * wrong is looked at again, and told only if it is found at its place each time.
 */
final class JournalInspection {
    /** What a core's journal has of one partition. */
    private static final class Range {
        private long baseOffset = Long.MAX_VALUE;
        private long endOffset;
        private long stableOffset;
        private long batches;
        private long bytes;
    }

    /** One core's files while they are looked at. */
    private static final class OfCore {
        private final JournalVerdict verdict;
        private final TreeMap<String, Range> ranges = new TreeMap<>();
        private final List<Finding> otherVersions = new ArrayList<>();

        OfCore(final int core) {
            verdict = new JournalVerdict(core);
        }
    }

    private static final int LOOKS = 4;
    private static final long BETWEEN_LOOKS_NANOS = 25_000_000;

    private final Options options;
    private final Report report;
    private final Totals totals;
    private final Runnable pause;
    private final JournalScan scan = new JournalScan();
    private final TreeMap<String, String> names = new TreeMap<>();
    private final List<Object[]> files = new ArrayList<>();
    private long shown;

    JournalInspection(final Options options, final Report report, final Totals totals) {
        this(options, report, totals, () -> LockSupport.parkNanos(BETWEEN_LOOKS_NANOS));
    }

    /** @param pause what is done before what was found wrong is looked at again */
    JournalInspection(final Options options, final Report report, final Totals totals, final Runnable pause) {
        this.pause = pause;
        this.options = options;
        this.report = report;
        this.totals = totals;
    }

    /** @param only the file to show, or null for all that lie in the data directory */
    void inspect(final Path directory, final Path only) {
        final List<Path> journals = PartitionFiles.list(directory).stream()
                .filter(path -> JournalFormat.isJournal(PartitionFiles.nameOf(path)))
                .filter(path -> only == null || coreOf(path) == coreOf(only))
                .toList();
        if (journals.isEmpty()) {
            return;
        }
        nameTopics(directory);
        final TreeMap<Integer, OfCore> cores = new TreeMap<>();
        for (final Path journal : journals) {
            final boolean isShown =
                    only == null || PartitionFiles.nameOf(journal).equals(PartitionFiles.nameOf(only));
            look(isShown && only != null ? only : journal, cores, isShown);
        }
        cores.values().forEach(core -> core.otherVersions.forEach(totals::accept));
        files.forEach(row -> report.row(Table.JOURNAL_FILE, row));
        cores.forEach(this::showRanges);
        final boolean isNeeded = !Files.exists(directory.resolve(DataDirectory.CLEAN_SHUTDOWN));
        lasting(journals, cores).forEach(finding -> judge(directory, only, isNeeded, finding));
    }

    /** What is wrong in these looks, and still is when the files are looked at again. */
    private List<JournalVerdict.Finding> lasting(final List<Path> journals, final TreeMap<Integer, OfCore> first) {
        final List<JournalVerdict.Finding> findings = findingsOf(first);
        for (int looks = 1; looks < LOOKS && !findings.isEmpty(); looks++) {
            pause.run();
            final TreeMap<Integer, OfCore> again = new TreeMap<>();
            journals.stream().filter(Files::exists).forEach(journal -> look(journal, again, false));
            final List<JournalVerdict.Finding> still = findingsOf(again);
            findings.removeIf(each -> still.stream().noneMatch(other -> isSamePlace(each, other)));
        }
        return findings;
    }

    private static List<JournalVerdict.Finding> findingsOf(final TreeMap<Integer, OfCore> cores) {
        final List<JournalVerdict.Finding> findings = new ArrayList<>();
        cores.values().forEach(core -> findings.addAll(core.verdict.give()));
        return findings;
    }

    private static boolean isSamePlace(final JournalVerdict.Finding one, final JournalVerdict.Finding other) {
        return Objects.equals(one.file(), other.file()) && one.position() == other.position();
    }

    private static int coreOf(final Path journal) {
        return JournalFormat.coreOf(PartitionFiles.nameOf(journal));
    }

    private void nameTopics(final Path directory) {
        for (final Path each : DataDirectory.partitions(directory)) {
            final PartitionFiles partition = new PartitionFiles(each);
            if (partition.topicId() != null) {
                final String name = partition.name();
                names.put(partition.topicId() + name.substring(name.lastIndexOf('-')), name);
            }
        }
    }

    private void look(final Path journal, final TreeMap<Integer, OfCore> cores, final boolean isShown) {
        final OfCore core = cores.computeIfAbsent(coreOf(journal), OfCore::new);
        try (FileWindow window = new FileWindow(journal)) {
            final Looker looker = new Looker(journal, core, isShown);
            scan.run(
                    (position, target, length) -> {
                        final int count = (int) Math.max(0, Math.min(length, window.length() - position));
                        final UnsafeBuffer bytes = count == 0 ? null : window.at(position, count);
                        if (bytes == null) {
                            return 0;
                        }
                        target.putBytes(0, bytes, 0, count);
                        return count;
                    },
                    window.length(),
                    looker);
            if (isShown) {
                files.add(looker.row(window.length()));
            }
        } catch (final IOException e) {
            throw new InspectException(journal + ": " + FileWindow.reason(e));
        }
    }

    private void showRanges(final int core, final OfCore journal) {
        journal.ranges.forEach((name, range) -> report.row(
                Table.JOURNAL_RANGE,
                name,
                core,
                range.baseOffset,
                range.endOffset,
                range.stableOffset,
                range.batches,
                range.bytes));
    }

    private void judge(
            final Path directory, final Path only, final boolean isNeeded, final JournalVerdict.Finding finding) {
        final Path file = finding.file() == null
                ? directory
                : only != null && finding.file().equals(PartitionFiles.nameOf(only))
                        ? only
                        : directory.resolve(finding.file());
        if (only != null && finding.file() != null && !file.equals(only)) {
            return;
        }
        if (!isNeeded) {
            totals.accept(Finding.note(file, finding.message() + "; after an orderly stop nothing of it is needed"));
        } else if (finding.isDamage()) {
            totals.accept(Finding.damage(
                    file, finding.file() == null ? Finding.WHOLE_FILE : finding.position(), finding.message()));
        } else {
            totals.accept(Finding.torn(file, finding.position(), finding.message()));
        }
    }

    private String nameOf(final JournalRecordDecoder record) {
        final String id = Values.topicId(record.topicIdHigh(), record.topicIdLow());
        final String key = id + '-' + record.partition();
        return names.getOrDefault(key, key);
    }

    /** Looks at one file. */
    private final class Looker implements JournalScan.Visitor {
        private final Path file;
        private final OfCore core;
        private final boolean isShown;
        private long generation = -1;
        private long sequence = -1;
        private long firstSequence = -1;
        private long blocks;
        private long records;
        private long usedBytes;

        Looker(final Path file, final OfCore core, final boolean isShown) {
            this.file = file;
            this.core = core;
            this.isShown = isShown;
        }

        Object[] row(final long size) {
            return new Object[] {
                file.toString(),
                coreOf(file),
                generation,
                firstSequence,
                firstSequence < 0 ? -1 : sequence,
                blocks,
                records,
                usedBytes,
                size
            };
        }

        private boolean showsMore() {
            return isShown && options.showsBatches() && shown < options.limit();
        }

        @Override
        public void onBlock(final long position, final JournalBlockDecoder block) {
            generation = block.generation();
            sequence = block.sequence();
            core.verdict.onBlock(sequence, block.oldestSequence(), block.durableSequence());
            usedBytes = position + block.blockBytes();
            if (sequence > 0) {
                blocks++;
                firstSequence = firstSequence < 0 ? sequence : firstSequence;
            }
            if (showsMore() && !options.records()) {
                shown++;
                report.row(
                        Table.JOURNAL_BLOCK,
                        file.toString(),
                        position,
                        generation,
                        sequence,
                        block.oldestSequence(),
                        block.durableSequence(),
                        block.records(),
                        block.blockBytes());
            }
        }

        @Override
        public void onRecord(
                final long position, final long ofBlock, final JournalRecordDecoder record, final boolean isSound) {
            core.verdict.onRecord(ofBlock);
            records++;
            final String name = nameOf(record);
            final Range range = core.ranges.computeIfAbsent(name, key -> new Range());
            range.baseOffset = Math.min(range.baseOffset, record.baseRecordOffset());
            range.endOffset = Math.max(range.endOffset, record.nextRecordOffset());
            range.stableOffset = Math.max(range.stableOffset, record.stableRecordOffset());
            range.batches++;
            range.bytes += record.batchBytes();
            if (showsMore() && options.records()) {
                shown++;
                report.row(
                        Table.JOURNAL_RECORD,
                        file.toString(),
                        position,
                        ofBlock,
                        name,
                        record.baseRecordOffset(),
                        record.nextRecordOffset(),
                        record.stableRecordOffset(),
                        record.batchBytes(),
                        isSound);
            }
        }

        @Override
        public void onUnsound(final long position, final String what) {
            core.verdict.onUnsound(PartitionFiles.nameOf(file), position, what, sequence);
        }

        @Override
        public void onGap(final JournalScan.Gap gap) {
            core.verdict.onGap(PartitionFiles.nameOf(file), gap);
        }

        @Override
        public void onOtherVersion(final int version) {
            core.otherVersions.add(Finding.damage(
                    file, 0, "is of version " + version + " of the format, not " + JournalFormat.VERSION));
        }
    }
}
