package io.millrace.engine.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.port.Disk.OpenMode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link Disk} must do while nothing fails. */
public abstract class DiskContract {
    private Disk disk;
    private DiskDriver driver;

    /** A disk over an empty directory. */
    protected abstract Disk newDisk() throws Exception;

    /** Ends what {@link #newDisk} began. */
    protected abstract void closeDisk() throws Exception;

    @BeforeEach
    void openDisk() throws Exception {
        disk = newDisk();
        driver = new DiskDriver(disk);
    }

    @AfterEach
    void shutDisk() throws Exception {
        driver.drain();
        closeDisk();
    }

    @Test
    void shouldReadBackWhatWasWritten() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);

        assertThat(driver.write(file, 0, "hello ")).isEqualTo(DiskStatus.OK);
        assertThat(driver.value()).isEqualTo(6);
        driver.write(file, 6, "world");

        assertThat(file.size()).isEqualTo(11);
        assertThat(driver.text(file)).isEqualTo("hello world");
    }

    @Test
    void shouldReadBackWhatWasWrittenLater() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        final UnsafeBuffer source = new UnsafeBuffer("..later..".getBytes(StandardCharsets.US_ASCII));
        final List<Long> values = new ArrayList<>();

        file.writeLater(0, source, 2, 5, (token, status, value) -> values.add(value), 0);
        driver.write(file, 5, "!");

        assertThat(values).containsExactly(5L);
        assertThat(file.size()).isEqualTo(6);
        assertThat(driver.text(file)).isEqualTo("later!");
    }

    @Test
    void shouldReadBackWhatWasSyncedOnceMemoryWasLetGo() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        driver.write(file, 0, "synced");
        assertThat(driver.sync(file)).isEqualTo(DiskStatus.OK);
        driver.write(file, 6, " and not");

        assertThat(driver.evict(file)).isEqualTo(DiskStatus.OK);

        assertThat(file.size()).isEqualTo(14);
        assertThat(driver.text(file)).isEqualTo("synced and not");
    }

    @Test
    void shouldWriteFromAndReadIntoNativeMemoryThatHasNoByteBuffer() {
        final ByteBuffer memory = ByteBuffer.allocateDirect(64);
        final UnsafeBuffer source = new UnsafeBuffer(new UnsafeBuffer(memory).addressOffset(), 64);
        source.putStringWithoutLengthAscii(8, "by address");
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        final List<Long> values = new ArrayList<>();

        file.write(0, source, 8, 10, (token, status, value) -> values.add(value), 0);
        driver.drain();
        file.read(3, source, 30, 20, (token, status, value) -> values.add(value), 0);
        driver.drain();

        assertThat(values).containsExactly(10L, 7L);
        assertThat(source.getStringWithoutLengthAscii(30, 7)).isEqualTo("address");
        assertThat(memory.capacity()).isEqualTo(64);
    }

    @Test
    void shouldWriteFromTheMiddleOfAnArray() {
        final byte[] bytes = "..middle..".getBytes(StandardCharsets.US_ASCII);
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);

        driver.write(file, 0, new UnsafeBuffer(bytes, 2, 6));

        assertThat(driver.text(file)).isEqualTo("middle");
    }

    @Test
    void shouldReadBackWhatWasWrittenThrough() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        final UnsafeBuffer blocks = alignedBlocks(3);
        blocks.setMemory(0, blocks.capacity(), (byte) 'a');

        assertThat(driver.writeThrough(file, 0, blocks, 0, 2 * DiskFile.BLOCK_BYTES))
                .isEqualTo(DiskStatus.OK);
        assertThat(driver.value()).isEqualTo(2 * DiskFile.BLOCK_BYTES);
        assertThat(file.size()).isEqualTo(2 * DiskFile.BLOCK_BYTES);
        blocks.setMemory(0, blocks.capacity(), (byte) 'b');
        assertThat(driver.writeThrough(
                        file, DiskFile.BLOCK_BYTES, blocks, DiskFile.BLOCK_BYTES, 2 * DiskFile.BLOCK_BYTES))
                .isEqualTo(DiskStatus.OK);
        assertThat(driver.evict(file)).isEqualTo(DiskStatus.OK);

        assertThat(driver.text(file))
                .isEqualTo("a".repeat(DiskFile.BLOCK_BYTES) + "b".repeat(2 * DiskFile.BLOCK_BYTES));
        assertThat(driver.text("a")).hasSize(3 * DiskFile.BLOCK_BYTES);
    }

    @Test
    void shouldRefuseToWriteThroughWhatIsNotWholeBlocks() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        final UnsafeBuffer blocks = alignedBlocks(2);
        final DiskCompletion never = (token, status, value) -> {};

        assertThatThrownBy(() -> file.writeThrough(0, blocks, 0, 100, never, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> file.writeThrough(512, blocks, 0, DiskFile.BLOCK_BYTES, never, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> file.writeThrough(0, blocks, 8, DiskFile.BLOCK_BYTES, never, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(disk.inFlight()).isZero();
    }

    private static UnsafeBuffer alignedBlocks(final int count) {
        final ByteBuffer memory = ByteBuffer.allocateDirect((count + 1) * DiskFile.BLOCK_BYTES);
        return new UnsafeBuffer(memory.alignedSlice(DiskFile.BLOCK_BYTES), 0, count * DiskFile.BLOCK_BYTES);
    }

    @Test
    void shouldFillGapsWithZeros() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);

        driver.write(file, 3, "x");

        assertThat(driver.text(file)).isEqualTo("\0\0\0x");
    }

    @Test
    void shouldReadNothingAtTheEnd() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        driver.write(file, 0, "abc");

        assertThat(driver.read(file, 3, new UnsafeBuffer(new byte[8]))).isEqualTo(DiskStatus.OK);

        assertThat(driver.value()).isZero();
    }

    @Test
    void shouldNotCompleteInsideTheSubmission() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        final List<Long> tokens = new ArrayList<>();

        file.write(0, new UnsafeBuffer(new byte[8]), 0, 8, (token, status, value) -> tokens.add(token), 7);
        assertThat(tokens).isEmpty();
        assertThat(disk.inFlight()).isEqualTo(1);
        driver.drain();

        assertThat(tokens).containsExactly(7L);
        assertThat(disk.inFlight()).isZero();
        assertThat(disk.hasReady()).isFalse();
    }

    @Test
    void shouldCompleteInTheOrderOfSubmissionPerFile() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        final List<Long> tokens = new ArrayList<>();
        final DiskCompletion completion = (token, status, value) -> {
            assertThat(status).isEqualTo(DiskStatus.OK);
            tokens.add(token);
        };
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[100]);
        final List<Long> expected = new ArrayList<>();
        final int[] hints = {0};

        for (long token = 0; token < 100; token++) {
            final boolean isHint = token % 6 == 4;
            if (!isHint) {
                expected.add(token);
            }
            switch ((int) (token % 6)) {
                case 0, 1 -> file.write(token, buffer, 0, 10, completion, token);
                case 2 -> file.sync(completion, token);
                case 3 -> file.read(0, buffer, 0, 10, completion, token);
                case 4 -> file.prefetch(0, 10, (t, status, value) -> hints[0]++, token);
                default -> file.truncate(token, completion, token);
            }
        }
        driver.drain();

        assertThat(tokens).isEqualTo(expected);
        assertThat(hints[0]).isEqualTo(100 - expected.size());
    }

    @Test
    void shouldNotLetAWriteOvertakeATruncation() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        driver.write(file, 0, "0123456789");
        final DiskCompletion ignore =
                (token, status, value) -> assertThat(status).isEqualTo(DiskStatus.OK);

        file.truncate(4, ignore, 0);
        file.write(4, new UnsafeBuffer(new byte[] {'x'}), 0, 1, ignore, 0);
        file.truncate(5, ignore, 0);
        file.write(5, new UnsafeBuffer(new byte[] {'y'}), 0, 1, ignore, 0);
        driver.drain();

        assertThat(file.size()).isEqualTo(6);
        assertThat(driver.text(file)).isEqualTo("0123xy");
    }

    @Test
    void shouldDeliverNoMoreThanTheLimit() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        for (int i = 0; i < 5; i++) {
            file.sync((token, status, value) -> {}, 0);
        }
        int delivered = 0;
        while (disk.inFlight() > 0) {
            disk.await();
            final int count = disk.poll(2);
            assertThat(count).isBetween(1, 2);
            delivered += count;
        }

        assertThat(delivered).isEqualTo(5);
    }

    @Test
    void shouldTakeSubmissionsFromWithinCompletions() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        final UnsafeBuffer buffer = new UnsafeBuffer("abc".getBytes(StandardCharsets.US_ASCII));
        final DiskCompletion last = (token, status, value) -> assertThat(value).isEqualTo(3);

        file.write(0, buffer, 0, 3, (token, status, value) -> file.write(3, buffer, 0, 3, last, 0), 0);
        driver.drain();

        assertThat(driver.text(file)).isEqualTo("abcabc");
    }

    @Test
    void shouldRefuseToWaitForNothing() {
        assertThatThrownBy(() -> disk.await()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldSyncAndAllocateWithoutChangingTheLength() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        driver.write(file, 0, "abc");

        assertThat(driver.allocate(file, 0, 1 << 20)).isEqualTo(DiskStatus.OK);
        assertThat(driver.sync(file)).isEqualTo(DiskStatus.OK);
        assertThat(driver.truncate(file, 3)).isEqualTo(DiskStatus.OK);

        assertThat(file.size()).isEqualTo(3);
        assertThat(driver.text("a")).isEqualTo("abc");
    }

    @Test
    void shouldNotGrowByTruncation() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        driver.write(file, 0, "abc");

        assertThat(driver.truncate(file, 10)).isEqualTo(DiskStatus.OK);

        assertThat(file.size()).isEqualTo(3);
        assertThat(driver.text("a")).isEqualTo("abc");
    }

    @Test
    void shouldShowNoOldBytesAfterTruncationAndGap() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        driver.write(file, 0, "abcdef");
        driver.truncate(file, 2);
        driver.write(file, 5, "f");

        assertThat(driver.text(file)).isEqualTo("ab\0\0\0f");
    }

    @Test
    void shouldReadResidentBytesAtOnce() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        driver.write(file, 0, "0123456789");
        final UnsafeBuffer target = new UnsafeBuffer(ByteBuffer.allocateDirect(32));

        assertThat(file.readResident(2, target, 1, 4)).isEqualTo(4);
        assertThat(target.getStringWithoutLengthAscii(1, 4)).isEqualTo("2345");
        assertThat(file.readResident(8, target, 0, 20)).isEqualTo(2);
        assertThat(file.readResident(10, target, 0, 20)).isZero();
    }

    @Test
    void shouldReadAndTransferWhatWasPrefetched() throws IOException {
        final DiskFile writer = driver.open("a", OpenMode.CREATE_NEW);
        driver.write(writer, 0, "0123456789");
        final DiskFile file = driver.open("a", OpenMode.READ_ONLY);
        assertThat(driver.prefetch(file, 0, 100)).isEqualTo(DiskStatus.OK);
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final WritableByteChannel channel = Channels.newChannel(out);

        assertThat(file.readResident(0, new UnsafeBuffer(new byte[4]), 0, 4)).isEqualTo(4);
        long sent = 0;
        while (sent < 6) {
            sent += file.transferTo(2 + sent, 6 - sent, channel);
        }

        assertThat(out.toString(StandardCharsets.US_ASCII)).isEqualTo("234567");
    }

    @Test
    void shouldNeverTakeForInMemoryWhatIsNotInTheFile() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        driver.write(file, 0, "0123456789");

        assertThat(file.isInMemory(20_000, 10)).isFalse();
        assertThat(file.isInMemory(0, 20_000)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(OpenMode.class)
    void shouldOpenWhatIsThereAsTheModeSays(final OpenMode mode) {
        driver.write(driver.open("a", OpenMode.CREATE_NEW), 0, "abc");

        if (mode == OpenMode.CREATE_NEW) {
            assertThat(driver.openStatus("a", mode)).isEqualTo(DiskStatus.EXISTS);
        } else {
            final DiskFile file = driver.open("a", mode);
            final int length = mode == OpenMode.REPLACE ? 0 : 3;
            assertThat(driver.value()).isEqualTo(length);
            assertThat(file.size()).isEqualTo(length);
        }
    }

    @ParameterizedTest
    @EnumSource(OpenMode.class)
    void shouldOpenWhatIsNotThereAsTheModeSays(final OpenMode mode) {
        final boolean creates = mode != OpenMode.EXISTING && mode != OpenMode.READ_ONLY;

        assertThat(driver.openStatus("a", mode)).isEqualTo(creates ? DiskStatus.OK : DiskStatus.NOT_FOUND);
        assertThat(driver.list("")).isEqualTo(creates ? List.of("a") : List.of());
        assertThat(driver.openStatus("missing/a", mode)).isEqualTo(DiskStatus.NOT_FOUND);
    }

    @Test
    void shouldListSorted() {
        driver.makeDirectory("d/b");
        driver.open("d/c", OpenMode.CREATE_NEW);
        driver.open("d/a", OpenMode.CREATE_NEW);

        assertThat(driver.list("d")).containsExactly("a", "b", "c");
        assertThat(driver.list("")).containsExactly("d");
        assertThat(driver.listStatus("missing")).isEqualTo(DiskStatus.NOT_FOUND);
    }

    @Test
    void shouldMakeDirectoriesWithTheirParents() {
        assertThat(driver.makeDirectory("x/y/z")).isEqualTo(DiskStatus.OK);
        assertThat(driver.makeDirectory("x/y")).isEqualTo(DiskStatus.OK);
        driver.open("x/file", OpenMode.CREATE_NEW);

        assertThat(driver.makeDirectory("x/file")).isEqualTo(DiskStatus.EXISTS);
        assertThat(driver.list("x/y")).containsExactly("z");
    }

    @Test
    void shouldRenameFilesOverFilesButNotOverDirectories() {
        driver.write(driver.open("a", OpenMode.CREATE_NEW), 0, "new");
        driver.write(driver.open("b", OpenMode.CREATE_NEW), 0, "old");
        driver.makeDirectory("d");
        driver.makeDirectory("e");

        assertThat(driver.rename("a", "b")).isEqualTo(DiskStatus.OK);
        assertThat(driver.text("b")).isEqualTo("new");
        assertThat(driver.rename("b", "d")).isEqualTo(DiskStatus.EXISTS);
        assertThat(driver.rename("d", "e")).isEqualTo(DiskStatus.EXISTS);
        assertThat(driver.rename("d", "b")).isEqualTo(DiskStatus.EXISTS);
        assertThat(driver.rename("missing", "c")).isEqualTo(DiskStatus.NOT_FOUND);
        assertThat(driver.rename("b", "missing/b")).isEqualTo(DiskStatus.NOT_FOUND);
        assertThat(driver.list("")).containsExactly("b", "d", "e");
    }

    @Test
    void shouldRenameDirectoriesWithWhatIsInThem() {
        driver.makeDirectory("d");
        final DiskFile file = driver.open("d/a", OpenMode.CREATE_NEW);

        assertThat(driver.rename("d", "e")).isEqualTo(DiskStatus.OK);
        driver.write(file, 0, "still open");

        assertThat(driver.text("e/a")).isEqualTo("still open");
        assertThat(driver.rename("e/a", "a")).isEqualTo(DiskStatus.OK);
        assertThat(driver.list("e")).isEmpty();
    }

    @Test
    void shouldKeepUnlinkedFilesReadableThroughOpenHandles() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        driver.write(file, 0, "abc");

        assertThat(driver.unlink("a")).isEqualTo(DiskStatus.OK);

        assertThat(driver.unlink("a")).isEqualTo(DiskStatus.NOT_FOUND);
        assertThat(driver.list("")).isEmpty();
        assertThat(driver.text(file)).isEqualTo("abc");
    }

    @Test
    void shouldUnlinkOnlyEmptyDirectories() {
        driver.makeDirectory("d");
        driver.open("d/a", OpenMode.CREATE_NEW).close();

        assertThat(driver.unlink("d")).isEqualTo(DiskStatus.EXISTS);
        driver.unlink("d/a");
        assertThat(driver.unlink("d")).isEqualTo(DiskStatus.OK);
    }

    @Test
    void shouldSyncDirectories() {
        driver.makeDirectory("d");

        assertThat(driver.syncDirectory("")).isEqualTo(DiskStatus.OK);
        assertThat(driver.syncDirectory("d")).isEqualTo(DiskStatus.OK);
        assertThat(driver.syncDirectory("missing")).isEqualTo(DiskStatus.NOT_FOUND);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/etc/passwd", "../a", "d/../../a", "d/./a", "d//a", "d/", "..", "d\\a", "a\0b"})
    void shouldRefusePathsThatLeaveTheDirectoryOrAreSpelledTwoWays(final String path) {
        final DiskCompletion none = (token, status, value) -> {};

        assertThatThrownBy(() -> disk.open(path, OpenMode.CREATE_NEW, none, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> disk.rename("a", path, none, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(disk.inFlight()).isZero();
    }

    @Test
    void shouldRefuseSubmissionsToAClosedFileOnce() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);
        final List<Integer> statuses = new ArrayList<>();
        file.write(0, new UnsafeBuffer(new byte[4]), 0, 4, (token, status, value) -> statuses.add(status), 0);

        file.close();
        file.close();
        driver.drain();

        assertThat(statuses).containsExactly(DiskStatus.OK);
        assertThatThrownBy(() -> file.sync((token, status, value) -> {}, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldRefuseBuffersThatAreTooShort() {
        final DiskFile file = driver.open("a", OpenMode.CREATE_NEW);

        assertThatThrownBy(() -> file.write(0, new UnsafeBuffer(new byte[4]), 1, 4, (t, s, v) -> {}, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(disk.inFlight()).isZero();
    }

    @Test
    void shouldTellHowMuchRoomThereIsAndNotWhileAsked() {
        final DiskSpace space = new DiskSpace();
        final List<Integer> statuses = new ArrayList<>();
        disk.space(space, (token, status, value) -> statuses.add(status), 7);

        assertThat(statuses).isEmpty();
        assertThat(space.totalBytes()).isEqualTo(DiskSpace.UNKNOWN);
        driver.drain();
        assertThat(statuses).containsExactly(DiskStatus.OK);
        assertThat(space.usableBytes()).isPositive();
        assertThat(space.totalBytes()).isGreaterThanOrEqualTo(space.usableBytes());
    }
}
