package io.millrace.tools.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.os.BrokerMark;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.status.PlacementsAhead;
import io.millrace.tools.inspect.MetadataWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where partitions are by the data directory: its log, and what the mark of its broker says of moves that are not in it. */
class CoreOwnersTest {
    @TempDir
    private Path data;

    private final MetadataImage image = new MetadataImage(1, Settings.defaults());
    private long key;
    private int from;

    @BeforeEach
    void writeATopicThatMayBeMoving() {
        try (MetadataWriter writer = new MetadataWriter(data, image)) {
            writer.commit(command -> MetadataCommands.remap(command, 0, 3));
            writer.commit(
                    command -> MetadataCommands.createTopic(command, 0, "orders", 1, -1, List.of(), Map.of(), false));
            key = image.topic("orders").partition(0).partitionKey();
            from = image.topic("orders").partition(0).ownerCore();
            writer.commit(command -> MetadataCommands.reserveEpoch(command, 0, key, 0));
        }
    }

    private int to() {
        return (from + 1) % 3;
    }

    /** As of a broker that runs: it is this process. */
    private CoreOwners besideABroker() {
        try (BrokerMark mark = new BrokerMark(data, 1, 3)) {
            final PlacementsAhead ahead = mark.statistics(0).placementsAhead();
            ahead.begin(1);
            ahead.entry(0, key, to());
            mark.ready();
            return new CoreOwners(data);
        }
    }

    private static Object core(final CoreOwners owners) {
        return owners.table(List.of()).objects().getFirst().get("core");
    }

    @Test
    void shouldShowThePartitionWhereItIsAlthoughItsMoveIsNotWritten() {
        final CoreOwners owners = besideABroker();
        assertThat(core(owners)).isEqualTo(to());
        assertThat(owners.unwritten()).containsExactly("orders-0");
    }

    @Test
    void shouldBelieveTheLogWhereNoBrokerRuns() {
        final CoreOwners owners = new CoreOwners(data);
        assertThat(core(owners)).isEqualTo(from);
        assertThat(owners.unwritten()).isEmpty();
    }

    /** It was written, and moved on, after the mark was. */
    @Test
    void shouldBelieveTheLogWhereItKnowsMore() {
        final MetadataImage replayed = new MetadataImage(1, Settings.defaults());
        try (MetadataWriter writer = new MetadataWriter(data, replayed)) {
            final int further = (from + 2) % 3;
            writer.commit(command -> MetadataCommands.movePartition(command, 0, key, further, 0));
            assertThat(replayed.partition(key).ownerCore()).isEqualTo(further);
        }
        final CoreOwners owners = besideABroker();
        assertThat(core(owners)).isEqualTo((from + 2) % 3);
        assertThat(owners.unwritten()).isEmpty();
    }
}
