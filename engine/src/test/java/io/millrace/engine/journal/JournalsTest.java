package io.millrace.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.log.BlockingDisk;
import io.millrace.engine.log.JournalTail;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskPath;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What is read of journals that a life left behind, sound and not. */
class JournalsTest {
    private static final String NAME = JournalFormat.nameOf(0, 0);
    private static final int FILE_BYTES = 16 * JournalFormat.ALIGNMENT;
    private static final int BATCH_BYTES = 100;
    private static final long ID_HIGH = 0x1234;
    private static final long ID_LOW = 0x5678;
    private static final int PARTITION = 3;

    private final BlockingDisk disk = new BlockingDisk(
            new SimDisk(new SimDiskImage(), new SimTime(), SimDiskFaults.none(), new SeededEntropy(1)));
    private final Crc32c crc32c = new Crc32c();
    private final JournalBlock block = new JournalBlock(0, FILE_BYTES / 2, crc32c);
    private final UnsafeBuffer file = new UnsafeBuffer(new byte[FILE_BYTES]);
    private int position;

    @Test
    void shouldTellTheBatchesOfAllBlocksInOrder() {
        opened(7);
        block(7, 1, 10, 0);
        block(7, 2, 11, 11);

        final JournalTail tail = read().tailOf(ID_HIGH, ID_LOW, PARTITION);
        assertThat(tail.reachFrom(10)).isEqualTo(12);
        assertThat(tail.reachFrom(9)).isEqualTo(9);
        assertThat(tail.provenOffset()).isEqualTo(11);
        final DirectBuffer batch = tail.batchAt(disk, 11);
        assertThat(batch.capacity()).isEqualTo(BATCH_BYTES);
        assertThat(batch.getByte(BATCH_BYTES - 1)).isEqualTo((byte) 11);
        assertThat(tail.batchAt(disk, 12)).isNull();
    }

    @Test
    void shouldKnowTopicsByTheirIdsAlone() {
        opened(7);
        block(7, 1, 10, 0);

        assertThat(read().tailOf(ID_HIGH, ID_LOW + 1, PARTITION).reachFrom(10)).isEqualTo(10);
        assertThat(read().tailOf(ID_HIGH, ID_LOW, PARTITION + 1).reachFrom(10)).isEqualTo(10);
    }

    @Test
    void shouldTakeBlocksOfAnOlderGenerationForNothing() {
        opened(7);
        block(7, 1, 10, 0);
        block(7, 2, 11, 0);
        position = 0;
        opened(8);

        final Journals journals = read();
        assertThat(journals.tailOf(ID_HIGH, ID_LOW, PARTITION).reachFrom(10)).isEqualTo(10);
        assertThat(journals.findings()).isEmpty();
    }

    @Test
    void shouldReportDamageThatALaterBlockProves() {
        opened(7);
        final int struck = block(7, 1, 10, 10);
        block(7, 2, 11, 10);
        turnBit(struck + JournalFormat.BLOCK_HEAD_BYTES + JournalFormat.RECORD_HEAD_BYTES + BATCH_BYTES / 2);

        final Journals journals = read();
        assertThat(journals.findings()).singleElement().asString().startsWith("DAMAGE in " + NAME + " byte " + 4160);
        final JournalTail tail = journals.tailOf(ID_HIGH, ID_LOW, PARTITION);
        assertThat(tail.reachFrom(10)).isEqualTo(10);
        assertThat(tail.provenOffset()).isEqualTo(11);
    }

    @Test
    void shouldReportAHeadThatIsNotSoundAndARoundThatIsMissing() {
        opened(7);
        block(7, 1, 10, 10);
        final int struck = block(7, 2, 11, 10);
        block(7, 3, 12, 10);
        turnBit(struck + 17);

        final Journals journals = read();
        assertThat(journals.findings())
                .anyMatch(finding -> finding.startsWith("DAMAGE in " + NAME + " byte " + struck))
                .anyMatch(finding -> finding.contains("lacks the rounds 2 to 2"));
        assertThat(journals.tailOf(ID_HIGH, ID_LOW, PARTITION).reachFrom(10)).isEqualTo(11);
    }

    @Test
    void shouldTellOfALastBlockThatIsNotSoundAndNotCallItDamage() {
        opened(7);
        block(7, 1, 10, 10);
        final int last = block(7, 2, 11, 10);
        turnBit(last + 17);
        assertThat(read().findings()).singleElement().asString().startsWith("unsynced bytes in " + NAME);

        turnBit(last + 17);
        assertThat(read().findings()).isEmpty();

        turnBit(last + JournalFormat.BLOCK_HEAD_BYTES + JournalFormat.RECORD_HEAD_BYTES + 1);
        final Journals journals = read();
        assertThat(journals.findings()).singleElement().asString().startsWith("unsynced bytes in " + NAME);
        final JournalTail tail = journals.tailOf(ID_HIGH, ID_LOW, PARTITION);
        assertThat(tail.reachFrom(10)).isEqualTo(11);
        assertThat(tail.provenOffset()).isEqualTo(11);
    }

    @Test
    void shouldRemoveWhatNobodyWantsAndSetAsideWhatADamagedLogMay() {
        opened(7);
        block(7, 1, 10, 0);
        assertThat(read().remove(disk)).isEmpty();
        assertThat(disk.list(DiskPath.ROOT)).doesNotContain(NAME);

        for (int i = 0; i < 2; i++) {
            final Journals journals = read();
            journals.tailOf(ID_HIGH, ID_LOW, PARTITION).keep();
            assertThat(journals.remove(disk)).containsExactly(NAME + "-kept-" + i);
        }
        assertThat(disk.list(DiskPath.ROOT)).contains(NAME + "-kept-0", NAME + "-kept-1");
        assertThat(disk.list(DiskPath.ROOT)).noneMatch(JournalFormat::isJournal);
    }

    private Journals read() {
        final DiskFile written = disk.open(NAME, Disk.OpenMode.REPLACE);
        disk.write(written, 0, file, 0, FILE_BYTES);
        written.close();
        return Journals.read(disk, 1, false);
    }

    private void opened(final long generation) {
        block.clear();
        put(block.seal(generation, 0));
    }

    /** A block with one batch of one record; returns where it lies. */
    private int block(final long generation, final long sequence, final long baseOffset, final long stableOffset) {
        final UnsafeBuffer batch = new UnsafeBuffer(new byte[BATCH_BYTES]);
        new BatchFlyweight().wrap(batch, 0, BATCH_BYTES).baseOffset(baseOffset);
        batch.putByte(BATCH_BYTES - 1, (byte) baseOffset);
        block.clear();
        block.add(ID_HIGH, ID_LOW, PARTITION, stableOffset, batch, BATCH_BYTES, baseOffset, baseOffset + 1);
        final int at = position;
        put(block.seal(generation, sequence));
        return at;
    }

    private void put(final int bytes) {
        file.putBytes(position, block.buffer(), 0, bytes);
        position += bytes;
    }

    private void turnBit(final int at) {
        file.putByte(at, (byte) (file.getByte(at) ^ 4));
    }
}
