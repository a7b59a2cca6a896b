package io.millrace.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.codec.journal.JournalBlockEncoder;
import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.log.BlockingDisk;
import io.millrace.engine.log.DiskException;
import io.millrace.engine.log.JournalTail;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskPath;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import java.util.ArrayList;
import java.util.List;
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
    private long oldest = 1;
    private long durable;

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
        oldest = 3;
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
    void shouldReportAHeadThatIsNotSoundAndFindTheRecordsBehindIt() {
        opened(7);
        block(7, 1, 10, 10);
        final int struck = block(7, 2, 11, 10);
        block(7, 3, 12, 10);
        turnBit(struck + 17);

        final Journals journals = read();
        assertThat(journals.findings())
                .singleElement()
                .asString()
                .startsWith("DAMAGE in " + NAME + " byte " + struck + ": a block's head is not sound")
                .endsWith("serve: 1");
        final JournalTail tail = journals.tailOf(ID_HIGH, ID_LOW, PARTITION);
        assertThat(tail.reachFrom(10)).isEqualTo(13);
        assertThat(tail.provenOffset()).isEqualTo(12);
        assertThat(tail.batchAt(disk, 11).getByte(BATCH_BYTES - 1)).isEqualTo((byte) 11);
    }

    @Test
    void shouldReportTheHeadOfTheOldestBlockThatIsNeeded() {
        opened(7);
        final int struck = block(7, 1, 10, 10);
        block(7, 2, 20, 10);
        turnBit(struck + 5);
        turnBit(struck + JournalFormat.BLOCK_HEAD_BYTES + 20);

        final Journals journals = read();
        assertThat(journals.findings()).singleElement().asString().startsWith("DAMAGE in " + NAME + " byte " + struck);
        assertThat(journals.tailOf(ID_HIGH, ID_LOW, PARTITION).reachFrom(10)).isEqualTo(10);
        assertThat(journals.remove(disk)).containsExactly(NAME + "-kept-0");
    }

    @Test
    void shouldReportRoundsThatAreNeededAndThatNoFileHas() {
        durable = 5;
        oldest = 4;
        opened(7);
        assertThat(read().findings())
                .singleElement()
                .asString()
                .startsWith("DAMAGE in " + NAME + " byte 4096: the journal of core 0 lacks the rounds 4 to 5");

        position = 0;
        opened(7);
        block(7, 6, 10, 10);
        assertThat(read().findings())
                .singleElement()
                .asString()
                .startsWith("DAMAGE: the journal of core 0 lacks the rounds 4 to 5");

        position = 0;
        oldest = 6;
        opened(7);
        block(7, 6, 10, 10);
        assertThat(read().findings()).isEmpty();
    }

    @Test
    void shouldReportAFileInWhichNothingIsSound() {
        assertThat(read().findings()).isEmpty();

        opened(7);
        turnBit(9);
        final Journals journals = read();
        assertThat(journals.findings())
                .singleElement()
                .asString()
                .isEqualTo("DAMAGE in " + NAME + " byte 0: nothing in it is sound");
        assertThat(journals.remove(disk)).containsExactly(NAME + "-kept-0");
    }

    @Test
    void shouldReportAFileOfAnotherCore() {
        final JournalBlock other = new JournalBlock(1, FILE_BYTES / 2, crc32c);
        final int bytes = other.seal(7, 0, 1, 0);
        file.putBytes(0, other.buffer(), 0, bytes);
        assertThat(read().findings()).singleElement().asString().contains("as that of core 1");
    }

    @Test
    void shouldTakeRecordsOfAnotherGenerationForNothing() {
        opened(7);
        final int older = block(7, 1, 10, 10);
        final UnsafeBuffer record = new UnsafeBuffer(new byte[JournalFormat.ALIGNMENT]);
        record.putBytes(0, file, older + JournalFormat.BLOCK_HEAD_BYTES, JournalFormat.recordBytes(BATCH_BYTES));
        position = 0;
        oldest = 2;
        opened(8);
        final int struck = block(8, 2, 20, 20);
        block(8, 3, 21, 20);
        file.putBytes(struck + JournalFormat.BLOCK_HEAD_BYTES, record, 0, JournalFormat.recordBytes(BATCH_BYTES));

        final Journals journals = read();
        assertThat(journals.findings()).singleElement().asString().contains("a record's head is not sound");
        assertThat(journals.tailOf(ID_HIGH, ID_LOW, PARTITION).reachFrom(10)).isEqualTo(10);
        assertThat(journals.tailOf(ID_HIGH, ID_LOW, PARTITION).reachFrom(21)).isEqualTo(22);
    }

    @Test
    void shouldRefuseAnotherVersionOfTheFormat() {
        opened(7);
        new JournalBlockEncoder().wrap(file, 0).formatVersion(JournalFormat.VERSION + 1);
        file.putInt(
                0,
                crc32c.compute(
                        file, JournalFormat.CRC_BYTES, JournalFormat.BLOCK_HEAD_BYTES - JournalFormat.CRC_BYTES));

        assertThatThrownBy(this::read)
                .isInstanceOf(DiskException.class)
                .hasMessageContaining(NAME)
                .hasMessageContaining("format 2")
                .hasMessageContaining("stop it orderly");
    }

    @Test
    void shouldNotMissWhatACrashInTheMiddleOfTheRemovalHasLeft() {
        durable = 5;
        opened(7);
        assertThat(read().findings()).isNotEmpty();
        disk.replace(DiskPath.ROOT, JournalFormat.REPLAYED, new UnsafeBuffer(new byte[1]));

        final Journals journals = read();
        assertThat(journals.findings()).isEmpty();
        assertThat(journals.remove(disk)).isEmpty();
        assertThat(disk.list(DiskPath.ROOT)).isEmpty();
    }

    @Test
    void shouldSayHowFarADamagedPartitionWasDurable() {
        opened(7);
        block(7, 1, 10, 10);
        block(7, 2, 11, 10);
        final Journals journals = read();
        final List<Long> proven = new ArrayList<>();
        journals.forEachDamaged((high, low, partition, offset) -> proven.add(offset));
        assertThat(proven).isEmpty();

        journals.tailOf(ID_HIGH, ID_LOW, PARTITION).keep();
        journals.forEachDamaged((high, low, partition, offset) -> proven.add(offset));
        assertThat(proven).containsExactly(11L);
    }

    @Test
    void shouldTellOfALastBlockThatIsNotSoundAndNotCallItDamage() {
        opened(7);
        block(7, 1, 10, 10);
        final int last = block(7, 2, 11, 10);
        turnBit(last + 17);
        assertThat(read().findings()).singleElement().asString().startsWith("unsynced bytes in " + NAME);
        assertThat(read().tailOf(ID_HIGH, ID_LOW, PARTITION).reachFrom(10)).isEqualTo(12);
        assertThat(read().tailOf(ID_HIGH, ID_LOW, PARTITION).provenOffset()).isEqualTo(11);

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

    @Test
    void shouldSetAsideWhatIsWantedThoughNothingIsDamaged() {
        opened(7);
        block(7, 1, 10, 0);
        final Journals journals = read();
        journals.keep(ID_HIGH, ID_LOW + 1);
        journals.forEachDamaged((high, low, partition, offset) -> {
            throw new AssertionError("it is not damaged");
        });
        assertThat(journals.remove(disk)).isEmpty();

        final Journals again = read();
        again.keep(ID_HIGH, ID_LOW);
        again.forEachDamaged((high, low, partition, offset) -> {
            throw new AssertionError("it is not damaged");
        });
        assertThat(again.remove(disk)).containsExactly(NAME + "-kept-0");
    }

    private Journals read() {
        final DiskFile written = disk.open(NAME, Disk.OpenMode.REPLACE);
        disk.write(written, 0, file, 0, FILE_BYTES);
        written.close();
        return Journals.read(disk, 1);
    }

    private void opened(final long generation) {
        block.clear();
        put(block.seal(generation, 0, oldest, durable));
    }

    /** A block with one batch of one record; returns where it lies. */
    private int block(final long generation, final long sequence, final long baseOffset, final long stableOffset) {
        final UnsafeBuffer batch = new UnsafeBuffer(new byte[BATCH_BYTES]);
        new BatchFlyweight().wrap(batch, 0, BATCH_BYTES).baseOffset(baseOffset);
        batch.putByte(BATCH_BYTES - 1, (byte) baseOffset);
        block.clear();
        block.add(ID_HIGH, ID_LOW, PARTITION, stableOffset, batch, BATCH_BYTES, baseOffset, baseOffset + 1);
        final int at = position;
        put(block.seal(generation, sequence, oldest, sequence - 1));
        durable = sequence;
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
