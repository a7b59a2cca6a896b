package io.millrace.tools.inspect;

import io.millrace.engine.batch.BatchFlyweight;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One partition, or one segment of it, from its first file to its last. */
final class PartitionInspection {
    private static final int ATTEMPTS = 10;
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Options options;
    private final Report report;
    private final Totals totals;
    private final Stats stats;
    private final BatchRows rows;
    private final SegmentScanner scanner = new SegmentScanner();

    PartitionInspection(
            final Options options, final Report report, final Totals totals, final Stats stats, final BatchRows rows) {
        this.options = options;
        this.report = report;
        this.totals = totals;
        this.stats = stats;
        this.rows = rows;
    }

    void inspect(final PartitionFiles files) {
        final PartitionContext context = PartitionContext.of(files, options.dense());
        final List<Path> segments = files.of("log");
        totals.partitions++;
        if (options.list()) {
            listRow(files, context, segments);
        } else {
            report.remark(heading(files));
        }
        if (options.list() && !options.needsAll()) {
            return;
        }
        if (options.verify()) {
            verify(files);
        } else {
            scanAll(files, context, null);
        }
    }

    /** A broker that compacts replaces segments meanwhile; what does not fit then is looked at again. */
    private void verify(final PartitionFiles listed) {
        PartitionFiles files = listed;
        for (int attempt = 1; true; attempt++) {
            final boolean isLast = attempt == ATTEMPTS || options.showsBatches() || options.stats();
            final SegmentWatch watch = new SegmentWatch(files);
            totals.hold();
            InspectException broken = null;
            try {
                final PartitionContext context = PartitionContext.of(files, options.dense());
                scanAll(files, context, verifier(files, context));
            } catch (final InspectException e) {
                broken = e;
            }
            final Finding damage = totals.heldDamage();
            final boolean fits = broken == null && damage == null;
            final boolean changed = !fits && watch.sawChange();
            if (fits || (!changed && (isLast || !watch.seesSwap()))) {
                totals.release();
                if (broken != null) {
                    throw broken;
                }
                return;
            }
            totals.drop();
            if (isLast) {
                totals.accept(Finding.note(
                        files.directory(),
                        "segments were replaced or removed while they were read, look again; what did not fit: "
                                + (damage == null ? broken.getMessage() : damage.message())));
                return;
            }
            LockSupport.parkNanos(PAUSE_NS);
            files = new PartitionFiles(listed.directory());
        }
    }

    private void scanAll(final PartitionFiles files, final PartitionContext context, final Verifier verifier) {
        final List<Path> segments = files.of("log");
        long endOffset = -1;
        for (int i = 0; i < segments.size() && (!rows.isFull() || options.needsAll()); i++) {
            final boolean active = i == segments.size() - 1;
            if (!options.needsAll() && isOutside(segments.get(i), active ? null : segments.get(i + 1))) {
                continue;
            }
            endOffset = scan(segments.get(i), active, context, verifier);
        }
        if (verifier != null) {
            files.checkTopicId(totals, context.dense());
            final List<Path> snapshots = files.of("snapshot");
            snapshots.forEach(file -> verifier.snapshot(file, file.equals(snapshots.getLast())));
            verifier.finish(files.directory(), endOffset);
        }
    }

    /** One segment, in the light of the directory that it lies in. */
    void inspectSegment(final Path segment) {
        final Path parent = segment.toAbsolutePath().normalize().getParent();
        final PartitionFiles files = new PartitionFiles(parent);
        final PartitionContext context = PartitionContext.of(files, options.dense());
        final List<Path> segments = files.of("log");
        final boolean active =
                segments.isEmpty() || PartitionFiles.nameOf(segments.getLast()).equals(PartitionFiles.nameOf(segment));
        scan(segment, active, context, options.verify() ? verifier(files, context) : null);
    }

    private Verifier verifier(final PartitionFiles files, final PartitionContext context) {
        final Path checkpoint = files.directory().resolve(PartitionFiles.EPOCHS);
        CheckpointFile epochs = null;
        if (files.has(checkpoint)) {
            try {
                epochs = CheckpointFile.read(checkpoint, 2);
            } catch (final InspectException e) {
                if (e.damage() == null) {
                    throw e;
                }
                totals.accept(e.damage());
            }
        }
        return new Verifier(context, epochs, totals);
    }

    private boolean isOutside(final Path segment, final Path nextSegment) {
        return PartitionFiles.numberOf(segment) > options.lastOffset()
                || (nextSegment != null && PartitionFiles.numberOf(nextSegment) <= options.firstOffset());
    }

    private static String heading(final PartitionFiles files) {
        final String topicId = files.topicId();
        return files.name() + (topicId == null ? "" : "  topic id " + topicId);
    }

    private long scan(final Path path, final boolean active, final PartitionContext context, final Verifier verifier) {
        final boolean numbered = PartitionFiles.isNumbered(PartitionFiles.nameOf(path));
        final Verifier checks = numbered ? verifier : null;
        if (checks != null) {
            checks.begin(path, PartitionFiles.numberOf(path), active);
        }
        final FileWindow segment = SegmentFile.open(path);
        if (segment == null) {
            totals.accept(Finding.note(path, "went away while it was about to be read"));
            return -1;
        }
        try (segment) {
            final long baseOffset = SegmentFile.baseOffset(segment);
            if (options.showsBatches()) {
                final long length = segment.length();
                rows.begin(() -> report.row(Table.SEGMENT, path.toString(), baseOffset, length, active));
            }
            totals.segments++;
            totals.bytes += segment.length();
            final SegmentSink sink = new SegmentSink(path, checks);
            final long endOffset = scanner.scan(segment, baseOffset, context.tailOf(active), sink);
            if (options.showsBatches()) {
                rows.end();
            }
            if (checks != null) {
                checks.end(!sink.foundSomething);
            }
            return endOffset;
        }
    }

    private void listRow(final PartitionFiles files, final PartitionContext context, final List<Path> segments) {
        long bytes = 0;
        long endOffset = -1;
        for (final Path path : segments) {
            try (FileWindow segment = SegmentFile.open(path)) {
                bytes += segment == null ? 0 : segment.length();
                if (segment != null && path.equals(segments.getLast())) {
                    endOffset = scanner.scan(
                            segment, PartitionFiles.numberOf(path), context.tailOf(true), new CountingSink());
                }
            }
        }
        final long start = Math.max(context.startOffset(), PartitionFiles.numberOf(segments.getFirst()));
        report.row(
                Table.PARTITION,
                files.name(),
                files.topicId() == null ? "-" : files.topicId(),
                segments.size(),
                start,
                endOffset,
                bytes,
                context.recoveryPoint(),
                files.directory().toString());
    }

    /** Hands each batch to whoever is interested. */
    private final class SegmentSink implements BatchSink {
        private final Path file;
        private final Verifier checks;
        private boolean foundSomething;

        SegmentSink(final Path file, final Verifier checks) {
            this.file = file;
            this.checks = checks;
        }

        @Override
        public boolean onBatch(final long position, final BatchFlyweight batch, final boolean crcGood) {
            totals.batches++;
            boolean wanted = options.needsAll();
            if (options.showsBatches()) {
                wanted |= rows.show(file, position, batch, crcGood);
            }
            if (options.stats() && crcGood) {
                stats.add(batch);
            }
            if (checks != null) {
                checks.onBatch(position, batch, crcGood);
            }
            return wanted;
        }

        @Override
        public void onFinding(final Finding finding) {
            foundSomething |= finding.severity() != Finding.Severity.NOTE;
            if (checks != null && finding.severity() == Finding.Severity.DAMAGE) {
                checks.damaged();
            }
            totals.accept(finding);
        }
    }

    /** Only wants to know where the segment ends. */
    private static final class CountingSink implements BatchSink {
        @Override
        public boolean onBatch(final long position, final BatchFlyweight batch, final boolean crcGood) {
            return true;
        }

        @Override
        public void onFinding(final Finding finding) {
            // A list says where things are; --verify says how they are.
        }
    }
}
