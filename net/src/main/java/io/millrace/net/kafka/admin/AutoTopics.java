package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.metadata.TopicNames;
import io.millrace.engine.settings.BrokerSettings;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.agrona.ExpandableArrayBuffer;

/** Topics that are created because somebody asked for them; one command a topic at a time on each core. */
final class AutoTopics {
    private static final int UNDER_WAY_MAX = 1000;

    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    private final TreeSet<String> underWay = new TreeSet<>();
    private final Core core;

    AutoTopics(final Core core) {
        this.core = core;
    }

    boolean isEnabled() {
        return core.image().settings().booleanOf(BrokerSettings.AUTO_CREATE_TOPICS_ENABLE);
    }

    /**
     * Starts the creation; the asker comes again. Internal topics are left to the coordinators that use them.
     *
     * @param name a legal one
     */
    void create(final String name) {
        if (!TopicNames.isInternal(name) && underWay.size() < UNDER_WAY_MAX && underWay.add(name)) {
            final int length = MetadataCommands.createTopic(buffer, 0, name, -1, -1, List.of(), Map.of(), false);
            core.commands().send(buffer, 0, length, (outcome, first, second, message) -> underWay.remove(name));
        }
    }
}
