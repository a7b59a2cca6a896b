package io.millrace.tools.inspect;

import io.millrace.engine.journal.JournalFormat;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The run over all paths: finds out what each is, and what the program's exit code will be. */
public final class Inspector {
    /** Nothing is wrong. */
    public static final int GOOD = 0;
    /** Damage was found. */
    public static final int DAMAGED = 1;
    /** A path cannot be inspected. */
    public static final int UNUSABLE = 2;

    private final Options options;
    private final Report report;
    private final Totals totals;
    private final Stats stats = new Stats();
    private final BatchRows rows;
    private final PrintStream err;
    private int statsPrinted;
    private boolean unusable;

    private Inspector(final Options options, final Output output, final PrintStream err) {
        this.options = options;
        this.err = err;
        this.report = options.json() ? new JsonReport(output) : new TextReport(output);
        this.totals = new Totals(report);
        this.rows = new BatchRows(options, report, totals);
    }

    /** Inspects the paths one after the other; mistakes go to {@code err}, a line each. */
    public static int run(
            final List<Path> paths, final Options options, final OutputStream out, final PrintStream err) {
        final Output output = new Output(out);
        final Inspector inspector = new Inspector(options, output, err);
        try (output) {
            paths.forEach(path -> inspector.attempt(() -> inspector.inspect(path)));
            inspector.finish();
        } catch (final Output.NotWritten e) {
            if (!e.isReaderGone()) {
                err.println("millrace inspect: the output cannot be written: " + e.getMessage());
                return UNUSABLE;
            }
            // Whoever read has seen enough.
        }
        return inspector.unusable ? UNUSABLE : inspector.totals.isDamaged() ? DAMAGED : GOOD;
    }

    /** What cannot be inspected is told, and is no reason not to look at the rest. */
    private void attempt(final Runnable inspection) {
        try {
            inspection.run();
        } catch (final InspectException e) {
            if (e.damage() != null) {
                totals.accept(e.damage());
            } else {
                unusable = true;
                err.println("millrace inspect: " + e.getMessage());
            }
        }
    }

    private void inspect(final Path path) {
        if (!Files.exists(path)) {
            throw new InspectException(path + ": no such file or directory");
        }
        if (!Files.isReadable(path)) {
            throw new InspectException(path + ": permission denied");
        }
        if (Files.isDirectory(path)) {
            inspectDirectory(path);
        } else if (MetadataInspection.isMetadata(path)) {
            new MetadataInspection(options, report, totals).show(path);
        } else if (SegmentFile.isNamedSo(path)) {
            new PartitionInspection(options, report, totals, stats, rows).inspectSegment(path);
        } else {
            inspectSmallFile(path);
        }
    }

    private void inspectDirectory(final Path path) {
        final PartitionFiles files = new PartitionFiles(path);
        if (files.isPartition()) {
            inspectPartition(files);
        } else if (DataDirectory.is(path)) {
            inspectData(path);
        } else {
            throw new InspectException(
                    path + ": neither a data directory nor a partition's directory: no segment (*.log) in sight");
        }
    }

    private void inspectData(final Path path) {
        if (options.verify()) {
            attempt(() -> new MetadataInspection(options, report, totals).verify(path));
            attempt(() -> new MetaProperties(path.resolve(DataDirectory.PROPERTIES)).verify(totals));
            for (final String name : List.of(
                    DataDirectory.RECOVERY_POINTS,
                    DataDirectory.START_OFFSETS,
                    DataDirectory.HIGH_WATERMARKS,
                    DataDirectory.CLEANED)) {
                verifyCheckpoint(path.resolve(name));
            }
        }
        new JournalInspection(options, report, totals).inspect(path, null);
        for (final Path directory : DataDirectory.partitions(path)) {
            final PartitionFiles files;
            try {
                files = new PartitionFiles(directory);
            } catch (final InspectException e) {
                totals.accept(Finding.note(directory, "went away, or cannot be read: " + e.getMessage()));
                continue;
            }
            if (PartitionFiles.isSetAside(files.name())) {
                totals.accept(Finding.note(directory, "set aside, not looked at"));
            } else if (files.isPartition()) {
                attempt(() -> inspectPartition(files));
            } else {
                totals.accept(Finding.note(directory, "has no segment"));
            }
        }
    }

    private void verifyCheckpoint(final Path file) {
        if (Files.exists(file)) {
            attempt(() -> CheckpointFile.read(file, 3));
        }
    }

    private void inspectPartition(final PartitionFiles files) {
        final Stats own = new Stats();
        new PartitionInspection(options, report, totals, options.stats() ? own : stats, rows).inspect(files);
        if (options.stats()) {
            own.print(files.name(), report);
            stats.addAll(own);
            statsPrinted++;
        }
    }

    private void inspectSmallFile(final Path path) {
        if (JournalFormat.isJournal(PartitionFiles.nameOf(path))) {
            final Path parent = path.toAbsolutePath().normalize().getParent();
            new JournalInspection(options, report, totals).inspect(parent, path);
            return;
        }
        if (options.verify() && PartitionFiles.isNumbered(PartitionFiles.nameOf(path))) {
            final Path segment = PartitionFiles.sibling(path, "log");
            final String name = path.toString().toLowerCase(Locale.ROOT);
            if (name.endsWith("index") && !name.endsWith(".txnindex") && Files.exists(segment)) {
                new PartitionInspection(options, report, totals, stats, rows).inspectSegment(segment);
                return;
            }
        }
        final Finding wrong = new SmallFiles(options, report).show(path);
        if (wrong != null) {
            totals.accept(wrong);
        }
    }

    private void finish() {
        if (options.stats() && statsPrinted != 1) {
            stats.print("all", report);
        }
        if (options.verify()) {
            report.remark("");
            totals.print();
        }
    }
}
