package io.millrace.net.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.log.BlockingDisk;
import io.millrace.engine.log.Checkpoints;
import io.millrace.engine.os.DiskCompanion;
import io.millrace.engine.os.OsDisk;
import io.millrace.engine.port.SeededEntropy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NodeIdentityTest {
    @TempDir
    Path folder;

    private DiskCompanion companion;
    private BlockingDisk disk;

    @BeforeEach
    void openDisk() {
        companion = new DiskCompanion(folder);
        disk = new BlockingDisk(new OsDisk(companion, () -> {}));
    }

    @AfterEach
    void closeDisk() {
        companion.close();
    }

    @Test
    void shouldKeepItsIdentity() {
        final NodeIdentity first = establish(7, 1);
        assertThat(first.nodeId()).isEqualTo(7);
        assertThat(first.clusterId()).hasSize(22).doesNotStartWith("-");
        assertThat(first.directoryId()).hasSize(22).isNotEqualTo(first.clusterId());
        assertThat(establish(7, 2)).isEqualTo(first);
    }

    @Test
    void shouldRefuseAnotherNodesDirectory() {
        establish(7, 1);
        assertThatThrownBy(() -> establish(8, 1))
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining("belongs to node 7")
                .hasMessageContaining("this is node 8");
    }

    @Test
    void shouldCompleteWhatAnOldKafkaWrote() {
        Checkpoints.writeMetaProperties(
                disk, Map.of("version", "1", "cluster.id", "AAAAAAAAAAAAAAAAAAAAAA", "node.id", "7"));
        final NodeIdentity identity = establish(7, 1);
        assertThat(identity.clusterId()).isEqualTo("AAAAAAAAAAAAAAAAAAAAAA");
        assertThat(identity.directoryId()).hasSize(22);
        assertThat(establish(7, 2)).isEqualTo(identity);
    }

    @Test
    void shouldRefuseAVersionItDoesNotKnow() {
        Checkpoints.writeMetaProperties(disk, Map.of("version", "0", "cluster.id", "x", "node.id", "7"));
        assertThatThrownBy(() -> establish(7, 1)).hasMessageContaining("version is 0, expected 1");
    }

    @Test
    void shouldLeavePartitionsAloneThatNoMetadataClaims() throws IOException {
        Files.createDirectory(folder.resolve("orders-0"));
        assertThatThrownBy(() -> establish(7, 1))
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining("orders-0")
                .hasMessageContaining("nothing was touched");
        assertThat(folder).isDirectoryContaining("glob:**orders-0");
        assertThat(folder.resolve("meta.properties")).doesNotExist();
    }

    private NodeIdentity establish(final int nodeId, final long seed) {
        return NodeIdentity.establish(disk, nodeId, new SeededEntropy(seed));
    }
}
