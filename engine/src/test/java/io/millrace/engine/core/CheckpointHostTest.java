package io.millrace.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.codec.core.CheckpointRequestEncoder;
import io.millrace.engine.log.BlockingDisk;
import io.millrace.engine.log.Checkpoints;
import io.millrace.engine.log.LogContext;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.port.MetadataLogHandler;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import io.millrace.engine.status.Statistics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the checkpoint files say after topics came and went, on a disk that is full now and then. */
class CheckpointHostTest {
    private static final long SECOND_NS = 1_000_000_000;

    private final SimDiskFaults faults = SimDiskFaults.none();
    private final SimDisk disk = new SimDisk(new SimDiskImage(), new SimTime(), faults, new SeededEntropy(1));
    private final Deadlines deadlines = new Deadlines(0);
    private final MessageRoutes routes = new MessageRoutes();
    private final Map<String, Long> cleaned = new HashMap<>(Map.of("t-0", 42L));
    private TopicImage topic;
    private CheckpointHost host;

    @BeforeEach
    void createTopic() {
        final NodeBoot boot = new NodeBoot(1, 1, Settings.defaults(), disk, new SeededEntropy(2)).run();
        final ExpandableArrayBuffer command = new ExpandableArrayBuffer();
        final int length = MetadataCommands.createTopic(command, 0, "t", 1, 1, List.of(), Map.of(), false);
        final long index = boot.controller().execute(command, 0, length).awaitIndex();
        while (boot.image().version() < index) {
            boot.log().poll(new Applier(boot), 1);
            settle();
        }
        topic = boot.image().topic("t");
        Checkpoints.replace(new BlockingDisk(disk), Checkpoints.CLEANED, cleaned);
        final CoreProxy proxy =
                new CoreProxy(new Ring(64 * 1024), new Sleeper(), new MessageMeter(new Statistics()), true);
        host = new CheckpointHost(
                new Checkpoints(new LogContext(disk, null, null, null)),
                boot.image(),
                new CoreProxy[] {proxy},
                new HashMap<>(),
                new HashMap<>(),
                cleaned,
                deadlines,
                () -> 0,
                routes);
    }

    @Test
    void shouldForgetTheOnlyCompactedTopicThoughTheFirstWriteFails() {
        final boolean[] forgotten = {false};
        faults.fullAt(path -> path.startsWith(Checkpoints.CLEANED));
        host.forget(topic, () -> forgotten[0] = true);
        settle();
        assertThat(forgotten[0]).isFalse();
        assertThat(written()).containsExactly(Map.entry("t-0", 42L));
        faults.heal();
        deadlines.poll(2 * SECOND_NS, 0, 1);
        settle();
        assertThat(forgotten[0]).isTrue();
        assertThat(written()).isEmpty();
    }

    @Test
    void shouldForgetWhatALogNoLongerClaims() {
        report(-1);
        assertThat(written()).isEmpty();
        report(7);
        assertThat(written()).containsExactly(Map.entry("t-0", 7L));
    }

    private void report(final long cleanedTo) {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        final CheckpointRequestEncoder request = new CheckpointRequestEncoder().wrap(buffer, 0);
        request.correlation(1)
                .partsCount(1)
                .next()
                .partitionKey(topic.partition(0).partitionKey())
                .recoveryPoint(100)
                .logStartOffset(0)
                .cleanedTo(cleanedTo);
        routes.of(CheckpointRequestEncoder.TEMPLATE_ID).onMessage(0, buffer, 0, request.limit());
        settle();
    }

    private Map<String, Long> written() {
        return Checkpoints.read(new BlockingDisk(disk), Checkpoints.CLEANED);
    }

    private void settle() {
        while (disk.inFlight() > 0) {
            disk.await();
            disk.poll(1);
        }
    }

    private record Applier(NodeBoot boot) implements MetadataLogHandler {
        @Override
        public void onSnapshot(final long at, final DirectBuffer state, final int offset, final int bytes) {
            throw new AssertionError("no snapshot was due");
        }

        @Override
        public void onEntry(final long at, final DirectBuffer entry, final int offset, final int bytes) {
            boot.machine().apply(at, entry, offset, bytes);
        }
    }
}
