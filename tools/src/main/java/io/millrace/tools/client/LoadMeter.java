package io.millrace.tools.client;

import io.millrace.engine.log.PartitionDirectory;
import io.millrace.engine.status.HotPartitions;
import io.millrace.tools.stat.Figures;
import io.millrace.tools.stat.Interval;
import io.millrace.tools.stat.MarkReader;
import io.millrace.tools.stat.Snapshot;
import io.millrace.tools.stat.StatException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** Measures for some seconds what each core has to do for which partitions, by the broker's mark file. */
final class LoadMeter {
    private static final long SAMPLE_EVERY_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK_EVERY_MS = 20;
    private static final long SILENCE_NS_MAX = TimeUnit.SECONDS.toNanos(10);

    private final MarkReader mark;
    private final Snapshot begin;
    private final List<List<HotPartitions.Copy>> samplesByCore = new ArrayList<>();
    private Snapshot now;

    /** @throws CommandFailure if no broker runs there */
    LoadMeter(final Path dataDirectory) {
        try {
            mark = MarkReader.open(dataDirectory);
        } catch (final StatException nobody) {
            throw new CommandFailure(nobody.getMessage(), nobody);
        }
        if (!mark.isAlive()) {
            throw new CommandFailure(mark.epitaph());
        }
        begin = mark.snapshot();
        now = begin;
        begin.cores().forEach(core -> samplesByCore.add(new ArrayList<>()));
    }

    int nodeId() {
        return begin.nodeId();
    }

    /** Waits for a second to pass, and takes in what was measured in it. */
    void sample() {
        final Snapshot before = now;
        final long silentFromNs = System.nanoTime();
        while (mark.snapshotNs() < before.atNs() + SAMPLE_EVERY_NS) {
            if (!mark.isAlive() || mark.isReplaced()) {
                throw new CommandFailure(mark.epitaph());
            }
            if (System.nanoTime() - silentFromNs > SILENCE_NS_MAX) {
                throw new CommandFailure("the broker lives, but has published nothing for 10 s");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
            } catch (final InterruptedException interrupted) {
                throw new InterruptException(interrupted);
            }
        }
        now = mark.snapshot();
        final Interval interval = Interval.between(before, now);
        for (int core = 0; core < samplesByCore.size(); core++) {
            samplesByCore.get(core).add(interval.hotPartitions(core));
        }
    }

    /** The means of the samples. */
    List<CoreLoad> loads() {
        final Interval interval = Interval.between(begin, now);
        final List<CoreLoad> loads = new ArrayList<>();
        for (int core = 0; core < samplesByCore.size(); core++) {
            final Figures figures = interval.of(core);
            final long busy = figures.of("time.busy");
            final long whole = busy + figures.of("time.searching") + figures.of("time.sleeping");
            loads.add(mean(core, whole <= 0 ? 0 : (double) busy / whole, samplesByCore.get(core)));
        }
        return loads;
    }

    private static CoreLoad mean(final int core, final double busyShare, final List<HotPartitions.Copy> samples) {
        final Sum all = new Sum();
        final Map<String, Sum> byName = new TreeMap<>();
        for (final HotPartitions.Copy sample : samples) {
            all.add(sample.bytesIn(), sample.bytesOut(), sample.requests());
            for (final HotPartitions.Entry entry : sample.entries()) {
                byName.computeIfAbsent(entry.name(), name -> new Sum())
                        .add(entry.bytesIn(), entry.bytesOut(), entry.requests());
            }
        }
        final List<CoreLoad.OfPartition> partitions = new ArrayList<>();
        byName.forEach((name, sum) -> {
            final PartitionDirectory directory = PartitionDirectory.parse(name);
            if (directory != null && directory.state() == PartitionDirectory.State.LIVE) {
                partitions.add(new CoreLoad.OfPartition(
                        new TopicPartition(directory.topic(), directory.partition()), sum.mean(samples.size())));
            }
        });
        partitions.sort(Comparator.comparingLong(CoreLoad.OfPartition::load).reversed());
        return new CoreLoad(core, busyShare, all.mean(samples.size()), partitions);
    }

    /** Rates of several samples. */
    private static final class Sum {
        private long bytesIn;
        private long bytesOut;
        private long requests;

        void add(final long moreIn, final long moreOut, final long moreRequests) {
            bytesIn += moreIn;
            bytesOut += moreOut;
            requests += moreRequests;
        }

        CoreLoad.Rates mean(final int samples) {
            final int count = Math.max(1, samples);
            return new CoreLoad.Rates(
                    bytesIn / count,
                    bytesOut / count,
                    requests / count,
                    HotPartitions.load(bytesIn / count, bytesOut / count, requests / count));
        }
    }
}
