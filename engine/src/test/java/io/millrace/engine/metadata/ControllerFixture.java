package io.millrace.engine.metadata;

import io.millrace.engine.metadata.MetadataCommands.Assignment;
import io.millrace.engine.port.Entropy;
import io.millrace.engine.port.MetadataLogHandler;
import io.millrace.engine.settings.Settings;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/** A controller over a log in memory, with the commands as short methods. */
final class ControllerFixture {
    static final int NODE = 1;

    final MetadataImage image;
    final MetadataStateMachine machine;
    final MemoryMetadataLog log = new MemoryMetadataLog();
    final MetadataController controller;
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();

    ControllerFixture(final int coreCount) {
        this(coreCount, Settings.defaults());
    }

    ControllerFixture(final int coreCount, final Settings settings) {
        image = new MetadataImage(NODE, settings);
        machine = new MetadataStateMachine(image);
        controller = new MetadataController(image, log, new TestEntropy(7));
        if (coreCount > 0) {
            remap(coreCount);
        }
    }

    /** Everything proposed is committed and applied. */
    void commit() {
        log.poll(new Applier(machine), Integer.MAX_VALUE);
    }

    private CommandResult run(final int length) {
        return controller.execute(buffer, 0, length);
    }

    private CommandResult runAndCommit(final int length) {
        final CommandResult result = run(length);
        commit();
        return result;
    }

    CommandResult create(final String name, final int partitions) {
        return create(name, partitions, -1, Map.of());
    }

    CommandResult create(final String name, final int partitions, final int factor, final Map<String, String> configs) {
        return runAndCommit(
                MetadataCommands.createTopic(buffer, 0, name, partitions, factor, List.of(), configs, false));
    }

    CommandResult create(final String name, final List<Assignment> assignments) {
        return runAndCommit(MetadataCommands.createTopic(buffer, 0, name, -1, -1, assignments, Map.of(), false));
    }

    CommandResult createBesides(final String name, final long batch) {
        return runAndCommit(MetadataCommands.createTopic(buffer, 0, name, 1, -1, List.of(), Map.of(), false, batch));
    }

    CommandResult createUncommitted(final String name, final int partitions) {
        return run(MetadataCommands.createTopic(buffer, 0, name, partitions, -1, List.of(), Map.of(), false));
    }

    CommandResult validateOnly(final String name, final int partitions) {
        return runAndCommit(MetadataCommands.createTopic(buffer, 0, name, partitions, -1, List.of(), Map.of(), true));
    }

    CommandResult delete(final String name) {
        return runAndCommit(MetadataCommands.deleteTopic(buffer, 0, name));
    }

    CommandResult delete(final long idHigh, final long idLow) {
        return runAndCommit(MetadataCommands.deleteTopic(buffer, 0, idHigh, idLow));
    }

    CommandResult addPartitions(final String name, final int total) {
        return runAndCommit(MetadataCommands.createPartitions(buffer, 0, name, total, null, false));
    }

    CommandResult alter(final ResourceType type, final String name, final ConfigChange... changes) {
        return runAndCommit(MetadataCommands.alterConfig(buffer, 0, type, name, List.of(changes), false, false));
    }

    CommandResult replace(final ResourceType type, final String name, final ConfigChange... changes) {
        return runAndCommit(MetadataCommands.alterConfig(buffer, 0, type, name, List.of(changes), true, false));
    }

    CommandResult takeProducerIds(final int core, final int count) {
        return runAndCommit(MetadataCommands.takeProducerIds(buffer, 0, core, count));
    }

    CommandResult remap(final int coreCount) {
        return runAndCommit(MetadataCommands.remap(buffer, 0, coreCount));
    }

    /** The epoch above this owner's may be used by a move, once this is committed. */
    CommandResult reserve(final long partitionKey, final int leaderEpoch) {
        return runAndCommit(MetadataCommands.reserveEpoch(buffer, 0, partitionKey, leaderEpoch));
    }

    /** The entry is proposed, and neither committed nor in effect. */
    CommandResult moveUncommitted(final long partitionKey, final int toCore, final int leaderEpoch) {
        return run(MetadataCommands.movePartition(buffer, 0, partitionKey, toCore, leaderEpoch));
    }

    /** What the last command proposed takes effect before it is committed. */
    void applyAhead() {
        machine.applyAhead(controller.proposed(), 0, controller.proposedLength());
    }

    static ConfigChange set(final String name, final String value) {
        return new ConfigChange(ConfigChange.Operation.SET, name, value);
    }

    /** Feeds committed metadata into a state machine. */
    record Applier(MetadataStateMachine machine) implements MetadataLogHandler {
        @Override
        public void onSnapshot(final long index, final DirectBuffer state, final int offset, final int length) {
            machine.load(index, state, offset, length);
        }

        @Override
        public void onEntry(final long index, final DirectBuffer entry, final int offset, final int length) {
            machine.apply(index, entry, offset, length);
        }
    }

    /** Reproducible randomness. */
    static final class TestEntropy implements Entropy {
        private final long seed;
        private final Random random;

        TestEntropy(final long seed) {
            this.seed = seed;
            this.random = new Random(seed);
        }

        @Override
        public long nextLong() {
            return random.nextLong();
        }

        @Override
        public Entropy stream(final String name) {
            return new TestEntropy(seed * 31 + name.hashCode());
        }
    }
}
