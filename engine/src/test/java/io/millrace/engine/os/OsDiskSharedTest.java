package io.millrace.engine.os;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.port.Disk.OpenMode;
import io.millrace.engine.port.DiskDriver;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.Entropy;
import io.millrace.engine.port.SeededEntropy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several cores on one companion, each with random operations on its own files against a model in memory. */
class OsDiskSharedTest {
    private static final int CORES = 3;
    private static final int FILES = 4;
    private static final int OPERATIONS = 4_000;
    private static final int FILE_BYTES = 64 * 1024;
    private static final int IN_FLIGHT = 32;

    @TempDir
    Path directory;

    @Test
    void shouldKeepEveryCoresFilesAndOrders() throws Exception {
        try (DiskCompanion companion = new DiskCompanion(directory);
                ExecutorService threads = Executors.newFixedThreadPool(CORES)) {
            final List<Future<Void>> cores = new ArrayList<>();
            for (int core = 0; core < CORES; core++) {
                cores.add(threads.submit(new CoreRun(new OsDisk(companion, () -> {}), core)));
            }
            for (final Future<Void> core : cores) {
                core.get();
            }
        }
    }

    private final class CoreRun implements Callable<Void> {
        private final OsDisk disk;
        private final int core;
        private final Entropy entropy;
        private final UnsafeBuffer source = new UnsafeBuffer(ByteBuffer.allocateDirect(FILE_BYTES));
        private final byte[][] models = new byte[FILES][FILE_BYTES];
        private final int[] lengths = new int[FILES];
        private final long[] lastToken = new long[FILES];

        CoreRun(final OsDisk disk, final int core) {
            this.disk = disk;
            this.core = core;
            this.entropy = new SeededEntropy(core);
            for (int i = 0; i < FILE_BYTES; i++) {
                source.putByte(i, (byte) (i * 31 + core));
            }
        }

        @Override
        public Void call() throws Exception {
            final DiskDriver driver = new DiskDriver(disk);
            final DiskFile[] files = new DiskFile[FILES];
            for (int i = 0; i < FILES; i++) {
                files[i] = driver.open("core-" + core + "-" + i, OpenMode.CREATE_NEW);
            }
            for (long token = 1; token <= OPERATIONS; token++) {
                submit(entropy.nextInt(FILES), token, files);
                while (disk.inFlight() > IN_FLIGHT) {
                    disk.await();
                    disk.poll(8);
                }
            }
            driver.drain();
            for (int i = 0; i < FILES; i++) {
                files[i].close();
                assertThat(files[i].size()).isEqualTo(lengths[i]);
                assertThat(Files.readAllBytes(directory.resolve(files[i].path())))
                        .isEqualTo(Arrays.copyOf(models[i], lengths[i]));
            }
            return null;
        }

        private void submit(final int index, final long token, final DiskFile[] files) {
            final DiskFile file = files[index];
            switch (entropy.nextInt(8)) {
                case 0 -> file.sync((t, status, value) -> completed(index, t, status), token);
                case 1 -> truncate(index, entropy.nextInt(lengths[index] + 1), file, token);
                case 2 -> file.prefetch(0, FILE_BYTES, (t, status, value) -> hinted(status), token);
                case 3 -> file.allocate(0, FILE_BYTES, (t, status, value) -> hinted(status), token);
                default -> write(index, entropy.nextInt(FILE_BYTES / 2), entropy.nextInt(4096), file, token);
            }
        }

        private void write(
                final int index, final int position, final int length, final DiskFile file, final long token) {
            final int offset = entropy.nextInt(FILE_BYTES - length);
            source.getBytes(offset, models[index], position, length);
            lengths[index] = length == 0 ? lengths[index] : Math.max(lengths[index], position + length);
            file.write(
                    position,
                    source,
                    offset,
                    length,
                    (t, status, value) -> {
                        completed(index, t, status);
                        assertThat(value).isEqualTo(length);
                    },
                    token);
        }

        private void truncate(final int index, final int length, final DiskFile file, final long token) {
            Arrays.fill(models[index], length, FILE_BYTES, (byte) 0);
            lengths[index] = length;
            file.truncate(length, (t, status, value) -> completed(index, t, status), token);
        }

        /** Hints complete when they like. */
        private static void hinted(final int status) {
            assertThat(status).isEqualTo(DiskStatus.OK);
        }

        private void completed(final int index, final long token, final int status) {
            assertThat(status).isEqualTo(DiskStatus.OK);
            assertThat(token).isGreaterThan(lastToken[index]);
            lastToken[index] = token;
        }
    }
}
