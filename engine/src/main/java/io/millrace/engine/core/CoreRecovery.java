package io.millrace.engine.core;

import io.millrace.engine.log.BlockingDisk;
import io.millrace.engine.log.DiskException;
import io.millrace.engine.log.JournalTail;
import io.millrace.engine.log.LogContext;
import io.millrace.engine.log.LogRecovery;
import io.millrace.engine.log.PartitionDirectory;
import io.millrace.engine.log.PartitionMetadata;
import io.millrace.engine.log.RecoveryException;
import io.millrace.engine.log.RecoveryReport;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.partition.Partitions;
import io.millrace.engine.port.DiskStatus;
import java.util.function.Consumer;

/** Opens the partitions of one core at start: recovered where there is a directory, made anew where there is none. */
final class CoreRecovery {
    private final int core;
    private final NodeBoot boot;
    private final BlockingDisk disk;
    private final LogRecovery recovery;
    private final Partitions partitions;
    private final MetadataImage image;

    CoreRecovery(
            final int core,
            final NodeBoot boot,
            final BlockingDisk disk,
            final LogContext logs,
            final Partitions partitions,
            final MetadataImage image) {
        this.core = core;
        this.boot = boot;
        this.disk = disk;
        this.recovery = new LogRecovery(disk, logs);
        this.partitions = partitions;
        this.image = image;
    }

    void run(final Consumer<RecoveryReport> reports) {
        for (int i = 0; i < image.topicCount(); i++) {
            final TopicImage topic = image.topicAt(i);
            for (int p = 0; p < topic.partitionCount(); p++) {
                final PartitionImage partition = topic.partition(p);
                if (partition.ownerNode() == image.nodeId() && partition.ownerCore() == core) {
                    open(topic, partition, reports);
                }
            }
        }
    }

    private void open(final TopicImage topic, final PartitionImage partition, final Consumer<RecoveryReport> reports) {
        final String name = PartitionDirectory.nameOf(topic.name(), partition.partition());
        if (boot.hasDirectory(name)) {
            recover(topic, partition, name, reports);
            return;
        }
        final JournalTail tail = boot.journalTail(topic, partition.partition());
        final long reached = Math.max(boot.recoveryPoints().getOrDefault(name, 0L), tail.provenOffset());
        if (reached > 0 || tail.isThere()) {
            makeAgain(topic, name);
            recover(topic, partition, name, reports);
        } else {
            create(topic, partition, name);
        }
    }

    private void recover(
            final TopicImage topic,
            final PartitionImage partition,
            final String name,
            final Consumer<RecoveryReport> reports) {
        try {
            reports.accept(partitions.recover(
                    recovery,
                    partition.partitionKey(),
                    partition.leaderEpoch(),
                    name,
                    topic.config(),
                    boot.recoveryPoints().getOrDefault(name, 0L),
                    boot.startOffsets().getOrDefault(name, 0L),
                    boot.cleanedOffsets().getOrDefault(name, -1L),
                    boot.isClean(),
                    boot.journalTail(topic, partition.partition())));
        } catch (final RecoveryException failed) {
            reports.accept(failed.report());
            throw failed;
        }
    }

    /** What was in it is damage, or in the journals: recovery judges that, and no offset is given out twice. */
    private void makeAgain(final TopicImage topic, final String name) {
        disk.makeDirectory(name);
        new PartitionMetadata(topic.idHigh(), topic.idLow()).write(disk, name);
        disk.syncDirectory("");
    }

    /** The topic was created, and the crash came before its directory: it is made now. */
    private void create(final TopicImage topic, final PartitionImage partition, final String name) {
        final int[] ended = {Integer.MAX_VALUE};
        partitions.create(
                partition.partitionKey(),
                partition.leaderEpoch(),
                name,
                topic.config(),
                topic.idHigh(),
                topic.idLow(),
                status -> ended[0] = status);
        while (ended[0] == Integer.MAX_VALUE) {
            disk.disk().await();
            disk.disk().poll(1);
        }
        if (ended[0] != DiskStatus.OK) {
            throw new DiskException("make directory " + name + ": " + DiskStatus.nameOf(ended[0]), ended[0]);
        }
    }
}
