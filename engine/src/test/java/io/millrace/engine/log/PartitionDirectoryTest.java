package io.millrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionDirectoryTest {
    @Test
    void shouldParseWhatItFormats() {
        final PartitionDirectory live = PartitionDirectory.parse(PartitionDirectory.nameOf("a-1.b", 12));
        assertThat(live).isEqualTo(new PartitionDirectory("a-1.b-12", "a-1.b", 12, PartitionDirectory.State.LIVE));
        final String deleted = PartitionDirectory.deletedNameOf("a-1.b-12", -1, 5);
        assertThat(deleted).isEqualTo("a-1.b-12.ffffffffffffffff0000000000000005-delete");
        assertThat(PartitionDirectory.parse(deleted))
                .isEqualTo(new PartitionDirectory(deleted, "a-1.b", 12, PartitionDirectory.State.DELETED));
        final String stray = PartitionDirectory.strayNameOf("x-0", 1, 2);
        assertThat(PartitionDirectory.parse(stray).state()).isEqualTo(PartitionDirectory.State.STRAY);
    }

    @Test
    void shouldShortenNamesThatNoFileSystemTakes() {
        final String name = PartitionDirectory.deletedNameOf("t".repeat(249) + "-7", 1, 2);
        assertThat(name).hasSize(255);
        assertThat(PartitionDirectory.parse(name).partition()).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a", "-0", "a-", "a-x", "a-01", "a-99999999999", "meta.properties", "a--", "x-0.12-delete"})
    void shouldTakeNothingElseForAPartition(final String name) {
        assertThat(PartitionDirectory.parse(name)).isNull();
    }
}
