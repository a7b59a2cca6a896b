package io.millrace.engine.journal;

import io.millrace.codec.journal.JournalBlockDecoder;
import io.millrace.codec.journal.JournalRecordDecoder;
import io.millrace.engine.log.BlockingDisk;
import io.millrace.engine.log.DiskException;
import io.millrace.engine.log.JournalTail;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskPath;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.status.PlantedBug;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The journals that the last life left in the data directory, of all its cores, whatever cores there are now: read once
 * before any core opens a partition, removed when all have replayed what concerns them. Only read in between.
 */
public final class Journals {
    private record Key(long topicIdHigh, long topicIdLow, int partition) implements Comparable<Key> {
        private static final Comparator<Key> ORDER = Comparator.comparingLong(Key::topicIdHigh)
                .thenComparingLong(Key::topicIdLow)
                .thenComparingInt(Key::partition);

        @Override
        public int compareTo(final Key other) {
            return ORDER.compare(this, other);
        }
    }

    private record Found(ReplayTail tail, ReplayTail.Batch batch, long sequence) {}

    /** One core's journal while it is read. */
    private static final class OfCore {
        private final JournalVerdict verdict;
        private final List<Found> found = new ArrayList<>();

        OfCore(final int number) {
            verdict = new JournalVerdict(number);
        }
    }

    private final BlockingDisk disk;
    private final JournalScan scan = new JournalScan();
    private final TreeMap<Key, ReplayTail> tails = new TreeMap<>();
    private final TreeMap<Integer, OfCore> cores = new TreeMap<>();
    private final List<String> names = new ArrayList<>();
    private final List<String> findings = new ArrayList<>();
    /** Files that are not to be removed, whatever becomes of the partitions in them. */
    private final TreeSet<String> setAside = new TreeSet<>();

    private Journals(final BlockingDisk disk) {
        this.disk = disk;
    }

    /**
     * Reads what is there; of what was being removed the names alone are taken.
     *
     * @throws DiskException if they were written by another version of the format, or the disk fails
     */
    public static Journals read(final BlockingDisk disk, final int coresNow) {
        final Journals journals = new Journals(disk);
        final List<String> all = disk.list(DiskPath.ROOT);
        final boolean replayed = all.contains(JournalFormat.REPLAYED);
        for (final String name : all) {
            if (JournalFormat.isJournal(name)) {
                journals.names.add(name);
                if (!replayed && !isPassedOver(name, coresNow)) {
                    journals.scan(name);
                }
            }
        }
        journals.cores.values().forEach(journals::judge);
        return journals;
    }

    private void judge(final OfCore core) {
        core.found.sort(Comparator.comparingLong(Found::sequence));
        for (final Found each : core.found) {
            // A batch before it may not have been staged, and the sync that was to cover it may have failed.
            if (each.sequence <= core.verdict.durableSequence()
                    && each.batch.baseOffset() <= each.tail.provenOffset()) {
                each.tail.proves(each.batch.nextOffset());
            }
        }
        for (final JournalVerdict.Finding finding : core.verdict.give()) {
            findings.add(finding.toString());
            if (finding.isDamage() && finding.file() != null) {
                setAside.add(finding.file());
            }
        }
    }

    private static boolean isPassedOver(final String name, final int coresNow) {
        return PlantedBug.JOURNAL_NOT_REPLAYED_BY_OTHERS.isPlanted() && JournalFormat.coreOf(name) >= coresNow;
    }

    private void scan(final String name) {
        final DiskFile file = disk.open(name, Disk.OpenMode.EXISTING);
        if (file == null) {
            return;
        }
        try {
            disk.syncAndEvict(file);
            scan.run(
                    (position, target, length) -> disk.read(file, position, target, 0, length),
                    file.size(),
                    new Collector(name));
        } finally {
            file.close();
        }
    }

    /** Takes one file's records in. */
    private final class Collector implements JournalScan.Visitor {
        private final String name;
        private final OfCore core;
        private long sequence = JournalScan.NONE;

        Collector(final String name) {
            this.name = name;
            core = cores.computeIfAbsent(JournalFormat.coreOf(name), OfCore::new);
        }

        @Override
        public void onBlock(final long position, final JournalBlockDecoder block) {
            sequence = block.sequence();
            core.verdict.onBlock(sequence, block.oldestSequence(), block.durableSequence());
            if (block.core() != JournalFormat.coreOf(name)) {
                core.verdict.onUnsound(name, position, "it was written as that of core " + block.core(), 0);
            }
        }

        @Override
        public void onRecord(
                final long position, final long ofBlock, final JournalRecordDecoder record, final boolean isSound) {
            final ReplayTail tail = tails.computeIfAbsent(
                    new Key(record.topicIdHigh(), record.topicIdLow(), record.partition()), key -> new ReplayTail());
            final ReplayTail.Batch batch = new ReplayTail.Batch(
                    name,
                    position,
                    record.batchBytes(),
                    scan.batchCrc(),
                    record.baseRecordOffset(),
                    record.nextRecordOffset());
            tail.isIn(name);
            tail.proves(record.stableRecordOffset());
            if (isSound) {
                tail.add(batch);
            }
            core.found.add(new Found(tail, batch, ofBlock));
            core.verdict.onRecord(ofBlock);
        }

        @Override
        public void onUnsound(final long position, final String what) {
            core.verdict.onUnsound(name, position, what, sequence);
        }

        @Override
        public void onGap(final JournalScan.Gap gap) {
            core.verdict.onGap(name, gap);
        }

        @Override
        public void onOtherVersion(final int version) {
            throw new DiskException(
                    name + " holds what another version of Millrace has acknowledged, in format " + version
                            + " where this one reads " + JournalFormat.VERSION
                            + "; nothing was changed: start that version, and stop it orderly, before this one",
                    DiskStatus.IO_ERROR);
        }
    }

    /** What people should know. */
    public List<String> findings() {
        return findings;
    }

    /** What they hold of one partition; used on one thread. */
    public JournalTail tailOf(final long topicIdHigh, final long topicIdLow, final int partition) {
        final ReplayTail tail = tails.get(new Key(topicIdHigh, topicIdLow, partition));
        return tail == null ? JournalTail.NONE : tail;
    }

    /** How far each damaged partition was durable, as far as the journals say so. */
    public void forEachDamaged(final Damaged visitor) {
        tails.forEach((key, tail) -> {
            if (tail.isKept()) {
                visitor.onDamaged(key.topicIdHigh, key.topicIdLow, key.partition, tail.provenOffset());
            }
        });
    }

    /** A topic's directories were set aside, for people; so is what journals hold of it. */
    public void keep(final long topicIdHigh, final long topicIdLow) {
        tails.forEach((key, tail) -> {
            if (key.topicIdHigh == topicIdHigh && key.topicIdLow == topicIdLow) {
                setAside.addAll(tail.files());
            }
        });
    }

    /** Told of partitions that are damaged. */
    @FunctionalInterface
    public interface Damaged {
        void onDamaged(long topicIdHigh, long topicIdLow, int partition, long provenOffset);
    }

    /**
     * All partitions have what they need, in synced segments; from now on journals may be begun anew. Those that are
     * damaged, or hold something of a partition that is damaged or {@link #keep kept}, are set aside under another name,
     * for people. A crash in between
     * leaves some of them: that the others are missing must not look like damage then.
     *
     * @return the new names of those set aside
     */
    public List<String> remove(final BlockingDisk remover) {
        final TreeSet<String> taken = new TreeSet<>(remover.list(DiskPath.ROOT));
        if (names.isEmpty() && !taken.contains(JournalFormat.REPLAYED)) {
            return List.of();
        }
        remover.replace(DiskPath.ROOT, JournalFormat.REPLAYED, new UnsafeBuffer(new byte[] {'\n'}));
        final TreeSet<String> kept = new TreeSet<>(setAside);
        tails.values().stream().filter(ReplayTail::isKept).forEach(tail -> kept.addAll(tail.files()));
        final List<String> aside = new ArrayList<>();
        for (final String name : names) {
            if (kept.contains(name)) {
                final String freeName = JournalFormat.nameAside(name, taken);
                remover.rename(name, freeName);
                taken.add(freeName);
                aside.add(freeName);
            } else {
                remover.unlink(name);
            }
        }
        remover.syncDirectory(DiskPath.ROOT);
        remover.unlink(JournalFormat.REPLAYED);
        remover.syncDirectory(DiskPath.ROOT);
        return aside;
    }

    /** After an orderly stop, and as long as its mark is there: all lies in synced segments, and the files may go. */
    public static void forget(final BlockingDisk disk) {
        boolean changed = false;
        for (final String name : disk.list(DiskPath.ROOT)) {
            if (JournalFormat.isJournal(name) || name.equals(JournalFormat.REPLAYED)) {
                disk.unlink(name);
                changed = true;
            }
        }
        if (changed) {
            disk.syncDirectory(DiskPath.ROOT);
        }
    }
}
