package io.millrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.os.DiskCompanion;
import io.millrace.engine.os.OsDisk;
import io.millrace.engine.port.Disk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OsLogTest extends LogContract {
    @TempDir
    Path directory;

    private DiskCompanion companion;

    @Override
    protected Disk newDisk() {
        companion = new DiskCompanion(directory);
        return new OsDisk(companion, () -> {});
    }

    @Override
    protected void closeDisk() {
        companion.close();
    }

    @Override
    protected Disk reopenedDisk() {
        companion.close();
        return newDisk();
    }

    @Test
    void shouldNameADamagedByteOfARealFile() throws IOException {
        bench.create().appendMany(200);
        final List<ScrubFinding> found = new ArrayList<>();
        final LogScrub scrub = new LogScrub(found::add);
        assertThat(scrubbed(scrub)).isGreaterThan(5 * 1_000);
        assertThat(found).isEmpty();
        final Segment segment = bench.log.segments.get(3);
        final String path = LogFiles.path(LogBench.DIRECTORY, segment.baseOffset, LogFiles.LOG);
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve(path).toFile(), "rw")) {
            file.seek(BatchFlyweight.HEADER_BYTES);
            final int before = file.read();
            file.seek(BatchFlyweight.HEADER_BYTES);
            file.write(before ^ 1);
        }
        scrubbed(scrub);
        assertThat(found).singleElement().satisfies(finding -> {
            assertThat(finding.path()).isEqualTo(path);
            assertThat(finding.position()).isZero();
            assertThat(finding.offset()).isEqualTo(segment.baseOffset);
            assertThat(finding.toString()).startsWith("DAMAGE in " + path + " byte 0, offset " + segment.baseOffset);
        });
        bench.appendMany(10);
        assertThat(bench.log.endOffset()).isEqualTo(bench.stored.getLast().nextOffset());
    }

    private long scrubbed(final LogScrub scrub) {
        bench.settle();
        long bytes = 0;
        scrub.begin(bench.log);
        while (scrub.isUnderWay() || scrub.hasBytes()) {
            if (scrub.isReading()) {
                bench.turn();
            } else if (scrub.hasBytes()) {
                bytes += scrub.look();
            } else {
                scrub.read();
            }
        }
        return bytes;
    }
}
