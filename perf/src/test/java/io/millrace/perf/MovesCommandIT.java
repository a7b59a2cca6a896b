package io.millrace.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.perf.server.Server;
import io.millrace.perf.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Short runs against the real broker. How long its moves pause depends on the machine and is no test's matter. */
final class MovesCommandIT {
    private static final String NEVER_REACHED_MS = "1e9";
    private static final int DELETED = 5;

    @TempDir
    private Path folder;

    @BeforeEach
    void shouldHaveTwoCores() {
        assumeTrue(Runtime.getRuntime().availableProcessors() >= 2, "two cores need two processors");
    }

    @Test
    void shouldReadBackWhatWasAcknowledged() throws IOException {
        final Path json = folder.resolve("moves.json");

        assertThat(moves(json, "--scratch", folder.resolve("data").toString())).isZero();

        final JsonNode result = new ObjectMapper().readTree(json.toFile());
        assertThat(result.get("passed").asBoolean()).isTrue();
        assertThat(result.get("acks").asLong()).isPositive();
        assertThat(result.get("lost").asLong()).isZero();
        assertThat(result.get("repeated").asLong()).isZero();
        assertThat(result.get("acksOutOfPlace").asLong()).isZero();
        assertThat(result.get("moves")).hasSize(2);
    }

    @Test
    void shouldFailWhereWhatWasAcknowledgedIsNotReadBack() throws Exception {
        final Path json = folder.resolve("moves.json");
        try (Server broker = PerfRuns.twoCores(folder.resolve("data"))) {
            broker.start(Workload.START_LIMIT);
            final CompletableFuture<Void> thief = CompletableFuture.runAsync(() -> deleteSome(broker.bootstrap()));

            assertThat(moves(json, "--bootstrap", broker.bootstrap())).isEqualTo(1);

            thief.get(1, TimeUnit.MINUTES);
        }
        final JsonNode result = new ObjectMapper().readTree(json.toFile());
        assertThat(result.get("passed").asBoolean()).isFalse();
        // The first record of the partition is none of the load's.
        assertThat(result.get("lost").asLong()).isEqualTo(DELETED - 1);
    }

    /** Waits for the run's topic and its load. */
    private static void deleteSome(final String bootstrap) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            boolean done = false;
            while (!done) {
                TimeUnit.MILLISECONDS.sleep(20);
                for (final String topic : admin.listTopics().names().get()) {
                    done |= deleteSome(admin, new TopicPartition(topic, 0));
                }
            }
        } catch (final InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean deleteSome(final Admin admin, final TopicPartition partition) throws InterruptedException {
        try {
            final long end = admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                    .partitionResult(partition)
                    .get()
                    .offset();
            if (end <= DELETED) {
                return false;
            }
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(DELETED)))
                    .all()
                    .get();
            return true;
        } catch (final ExecutionException notYet) {
            return false;
        }
    }

    private static int moves(final Path json, final String... further) {
        final List<String> arguments = new ArrayList<>(List.of(
                "moves",
                "--moves",
                "2",
                "--window-ms",
                "300",
                "--warm-up",
                "1",
                "--bar-ms",
                NEVER_REACHED_MS,
                "--json",
                json.toString()));
        arguments.addAll(List.of(further));
        return PerfRuns.run(arguments.toArray(String[]::new));
    }
}
