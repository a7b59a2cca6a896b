package io.millrace.net.kafka.coordinator;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.status.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.agrona.ExpandableArrayBuffer;

/** A topic in which coordinators keep their state; created when the first of them is looked for. One for each core. */
public final class InternalTopic {
    private final Core core;
    private final String name;
    private final int partitions;
    private final Map<String, String> configs;
    private final List<Consumer<Outcome>> waiting = new ArrayList<>();

    public InternalTopic(final Core core, final String name, final int partitions, final Map<String, String> configs) {
        this.core = core;
        this.name = name;
        this.partitions = partitions;
        this.configs = Map.copyOf(configs);
    }

    public String name() {
        return name;
    }

    /** Told once it is there, at once if it is. */
    public void whenThere(final Consumer<Outcome> told) {
        if (core.image().topic(name) != null) {
            told.accept(Outcome.OK);
            return;
        }
        waiting.add(told);
        if (waiting.size() > 1) {
            return;
        }
        final ExpandableArrayBuffer command = new ExpandableArrayBuffer();
        final int length = MetadataCommands.createTopic(command, 0, name, partitions, 1, List.of(), configs, false);
        core.commands().send(command, 0, length, (outcome, first, second, message) -> {
            final List<Consumer<Outcome>> all = List.copyOf(waiting);
            waiting.clear();
            // Another core may have been faster.
            all.forEach(each -> each.accept(outcome == Outcome.TOPIC_EXISTS ? Outcome.OK : outcome));
        });
    }
}
