package io.millrace.engine.journal;

import io.millrace.codec.journal.JournalBlockDecoder;
import io.millrace.codec.journal.JournalRecordDecoder;
import io.millrace.engine.log.BlockingDisk;
import io.millrace.engine.log.JournalTail;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskPath;
import io.millrace.engine.status.PlantedBug;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

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

    /** Bytes that are not sound, in the block of that sequence or behind it. */
    private record Unsound(
            String file, long position, String what, long sequence, boolean inBlock, boolean hasRecords) {}

    private record Found(ReplayTail tail, ReplayTail.Batch batch, long sequence) {}

    /** One core's journal while it is read. */
    private static final class OfCore {
        private final List<Unsound> unsound = new ArrayList<>();
        private final List<Found> found = new ArrayList<>();
        private final TreeSet<Long> sequences = new TreeSet<>();
    }

    private final BlockingDisk disk;
    private final JournalScan scan = new JournalScan();
    private final TreeMap<Key, ReplayTail> tails = new TreeMap<>();
    private final TreeMap<Integer, OfCore> cores = new TreeMap<>();
    private final List<String> names = new ArrayList<>();
    private final List<String> findings = new ArrayList<>();

    private Journals(final BlockingDisk disk) {
        this.disk = disk;
    }

    /** Reads what is there; after an orderly stop nothing of it is needed, and only the names are taken. */
    public static Journals read(final BlockingDisk disk, final int coresNow, final boolean clean) {
        final Journals journals = new Journals(disk);
        for (final String name : disk.list(DiskPath.ROOT)) {
            if (JournalFormat.isJournal(name)) {
                journals.names.add(name);
                if (!clean && !isPassedOver(name, coresNow)) {
                    journals.scan(name);
                }
            }
        }
        journals.cores.forEach(journals::judge);
        return journals;
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

    /** Takes one file's records in, and notes what is not sound until it is known whether that is damage. */
    private final class Collector implements JournalScan.Visitor {
        private final String name;
        private final List<Unsound> early = new ArrayList<>();
        private OfCore core;
        private long sequence = -1;

        Collector(final String name) {
            this.name = name;
        }

        @Override
        public void onBlock(final long position, final JournalBlockDecoder block) {
            core = cores.computeIfAbsent(block.core(), number -> new OfCore());
            core.unsound.addAll(early);
            early.clear();
            sequence = block.sequence();
            if (sequence > 0) {
                core.sequences.add(sequence);
            }
        }

        @Override
        public void onRecord(final long position, final JournalRecordDecoder record, final boolean batchIsSound) {
            final ReplayTail tail = tails.computeIfAbsent(
                    new Key(record.topicIdHigh(), record.topicIdLow(), record.partition()), key -> new ReplayTail());
            final ReplayTail.Batch batch = new ReplayTail.Batch(
                    name,
                    position,
                    record.batchBytes(),
                    record.batchCrc(),
                    record.baseRecordOffset(),
                    record.nextRecordOffset());
            tail.isIn(name);
            tail.proves(record.stableRecordOffset());
            if (batchIsSound) {
                tail.add(batch);
            }
            core.found.add(new Found(tail, batch, sequence));
        }

        @Override
        public void onUnsound(final long position, final String what, final boolean inBlock, final boolean hasRecords) {
            (core == null ? early : core.unsound).add(new Unsound(name, position, what, sequence, inBlock, hasRecords));
        }
    }

    /**
     * A block was durable if a later one is there: its records were, and what is not sound in it, or missing before it,
     * is damage. Behind the last one lies what a crash tore, or what older generations left.
     */
    private void judge(final int number, final OfCore core) {
        if (core.sequences.isEmpty()) {
            return;
        }
        final long newest = core.sequences.last();
        core.found.sort(Comparator.comparingLong(Found::sequence));
        for (final Found found : core.found) {
            // A batch before it may not have been staged, and the sync that was to cover it may have failed.
            if (found.sequence < newest && found.batch.baseOffset() <= found.tail.provenOffset()) {
                found.tail.proves(found.batch.nextOffset());
            }
        }
        for (final Unsound unsound : core.unsound) {
            final boolean isDamage = unsound.inBlock
                    ? unsound.sequence < newest
                    : unsound.sequence > 0
                            && unsound.sequence < newest
                            && !core.sequences.contains(unsound.sequence + 1);
            if (!isDamage && unsound.sequence == newest && (unsound.inBlock || unsound.hasRecords)) {
                findings.add("unsynced bytes in " + unsound.file + " byte " + unsound.position + ": " + unsound.what
                        + "; a crash may have torn the last round of core " + number
                        + ", then nobody was told of it; what is sound of it serves");
            }
            if (isDamage) {
                findings.add("DAMAGE in " + unsound.file + " byte " + unsound.position + ": " + unsound.what);
            }
        }
        long before = core.sequences.first();
        for (final long sequence : core.sequences) {
            if (sequence > before + 1) {
                findings.add("DAMAGE: the journal of core " + number + " lacks the rounds " + (before + 1) + " to "
                        + (sequence - 1) + "; partitions that miss something report it as far as it can be told");
            }
            before = sequence;
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

    /**
     * All partitions have what they need, in synced segments; from now on journals may be begun anew. Those that hold
     * something of a damaged partition are set aside under another name, for people.
     *
     * @return the new names of those set aside
     */
    public List<String> remove(final BlockingDisk remover) {
        final TreeSet<String> kept = new TreeSet<>();
        tails.values().forEach(tail -> kept.addAll(tail.keptFiles()));
        final List<String> aside = new ArrayList<>();
        final TreeSet<String> taken = kept.isEmpty() ? kept : new TreeSet<>(remover.list(DiskPath.ROOT));
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
        if (!names.isEmpty()) {
            remover.syncDirectory(DiskPath.ROOT);
        }
        return aside;
    }
}
