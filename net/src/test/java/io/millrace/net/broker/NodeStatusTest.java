package io.millrace.net.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.os.BrokerMark;
import io.millrace.engine.status.CoreCounters;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeStatusTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final BrokerLog log =
            new BrokerLog(new PrintStream(written, true, StandardCharsets.UTF_8), BrokerLog.Level.INFO);

    @TempDir
    private Path directory;

    @Test
    void shouldTellOnceWhatKeepsLogsFromBeingCompacted() {
        final Queue<String> troubles = new ConcurrentLinkedQueue<>(List.of("t-0 is damaged", "t-1 lacks memory"));
        try (BrokerMark mark = new BrokerMark(directory, 0, 1);
                NodeStatus status = new NodeStatus(mark, directory, log)) {
            status.watch(
                    new CoreCounters(mark.counters(), 0),
                    troubles,
                    new ConcurrentLinkedQueue<>(),
                    new ConcurrentLinkedQueue<>());
            while (!written.toString(StandardCharsets.UTF_8).contains("t-1 lacks memory")) {
                Thread.onSpinWait();
            }
        }
        assertThat(troubles).isEmpty();
        assertThat(written.toString(StandardCharsets.UTF_8).lines())
                .filteredOn(line -> line.contains("t-0 is damaged"))
                .hasSize(1)
                .allMatch(line -> line.contains("WARN"));
    }
}
