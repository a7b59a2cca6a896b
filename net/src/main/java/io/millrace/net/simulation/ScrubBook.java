package io.millrace.net.simulation;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.log.LogFiles;
import io.millrace.engine.log.ScrubFinding;
import io.millrace.engine.sim.SimDiskImage;
import java.util.List;
import java.util.TreeSet;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.TopicPartition;

/** What the broker's scrub has said is damaged, and whether it is, and all of it. */
final class ScrubBook {
    private final SimDiskImage image;
    private final Wounds wounds;
    private final Crc32c crc32c = new Crc32c();
    /** Files with findings in this life of the broker. */
    private final TreeSet<String> named = new TreeSet<>();

    ScrubBook(final SimDiskImage image, final Wounds wounds) {
        this.image = image;
        this.wounds = wounds;
    }

    void onStart() {
        named.clear();
    }

    void onFinding(final ScrubFinding finding) {
        final String directory = directoryOf(finding.path());
        if (!finding.unreadable()
                && image.damage().stream().noneMatch(each -> each.path().startsWith(directory))) {
            throw new ViolationException(
                    "nothing was ever damaged in " + directory + ", but the scrub says: " + finding);
        }
        named.add(finding.path());
    }

    /** Every closed segment that is damaged was named. */
    void audit() {
        final List<String> paths = image.paths();
        for (int i = 0; i + 1 < paths.size(); i++) {
            final String path = paths.get(i);
            final TopicPartition partition = path.endsWith(LogFiles.LOG) ? Wounds.partitionOf(path) : null;
            if (partition != null && !wounds.isReadOnly(partition) && isClosed(path, paths) && !named.contains(path)) {
                final long fault = firstFault(image.contents(path));
                if (fault >= 0) {
                    throw new ViolationException(
                            path + " is damaged at byte " + fault + ", and the scrub has not said so");
                }
            }
        }
    }

    /** A snapshot at its end gets its name when all else of a segment is durable. */
    private boolean isClosed(final String path, final List<String> paths) {
        final String directory = directoryOf(path);
        return paths.stream()
                .filter(each -> each.startsWith(directory) && each.endsWith(LogFiles.LOG) && each.compareTo(path) > 0)
                .findFirst()
                .map(next -> next.substring(0, next.length() - LogFiles.LOG.length()) + LogFiles.SNAPSHOT)
                .filter(image::exists)
                .isPresent();
    }

    private long firstFault(final byte[] bytes) {
        final BatchFlyweight batch = new BatchFlyweight();
        int at = 0;
        while (at < bytes.length) {
            batch.wrap(new UnsafeBuffer(bytes), at, bytes.length - at);
            final int left = bytes.length - at;
            if (left < BatchFlyweight.HEADER_BYTES
                    || batch.sizeInBytes() < BatchFlyweight.HEADER_BYTES
                    || batch.sizeInBytes() > left
                    || !batch.hasGoodCrc(crc32c)) {
                return at;
            }
            at += batch.sizeInBytes();
        }
        return -1;
    }

    private static String directoryOf(final String path) {
        return path.substring(0, path.indexOf('/') + 1);
    }
}
