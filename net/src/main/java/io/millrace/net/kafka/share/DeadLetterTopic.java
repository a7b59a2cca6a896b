package io.millrace.net.kafka.share;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.settings.ShareSettings;
import io.millrace.engine.settings.TopicSettings;
import io.millrace.engine.status.Outcome;
import java.util.List;
import java.util.Map;
import org.agrona.ExpandableArrayBuffer;

/** Which topics share groups may use for dead letters (KIP-1191), and how one is made. */
final class DeadLetterTopic {
    private static final String INTERNAL = "__";

    private DeadLetterTopic() {}

    /** Why the group's letters cannot go where it wants them, or null. */
    static String complaint(final Core core, final String group, final String name) {
        if (name.isEmpty()) {
            return "Share group " + group + " names no dead-letter topic any more.";
        }
        if (name.startsWith(INTERNAL)) {
            return "Dead-letter topic " + name + " of share group " + group + " begins with " + INTERNAL
                    + ", as internal topics do.";
        }
        final Settings settings = core.image().settings();
        final TopicImage topic = core.image().topic(name);
        if (topic != null && !takesLetters(topic)) {
            return "Dead-letter topic " + name + " of share group " + group + " does not set "
                    + TopicSettings.DEAD_LETTERS.name() + "=true.";
        }
        if (topic == null && !settings.booleanOf(ShareSettings.DEAD_LETTER_TOPICS_CREATED)) {
            return "Dead-letter topic " + name + " of share group " + group + " does not exist, and "
                    + ShareSettings.DEAD_LETTER_TOPICS_CREATED.name() + " is not true.";
        }
        final String prefix = settings.stringOf(ShareSettings.DEAD_LETTER_TOPIC_PREFIX);
        return name.startsWith(prefix)
                ? null
                : "Dead-letter topic " + name + " of share group " + group + " does not begin with " + prefix
                        + ", which is " + ShareSettings.DEAD_LETTER_TOPIC_PREFIX.name() + '.';
    }

    private static boolean takesLetters(final TopicImage topic) {
        final String set = topic.overrides().get(TopicSettings.DEAD_LETTERS.name());
        return set != null && Boolean.parseBoolean(set.trim());
    }

    /** Hears what became of the creation; a topic that somebody else has made meanwhile is fine. */
    @FunctionalInterface
    interface Created {
        void onCreated(Outcome outcome, String message);
    }

    static void create(final Core core, final String name, final Created told) {
        final ExpandableArrayBuffer command = new ExpandableArrayBuffer();
        final Map<String, String> configs = Map.of(
                TopicSettings.DEAD_LETTERS.name(), "true", TopicSettings.MESSAGE_TIMESTAMP_TYPE.name(), "CreateTime");
        final int length = MetadataCommands.createTopic(command, 0, name, -1, -1, List.of(), configs, false);
        core.commands()
                .send(
                        command,
                        0,
                        length,
                        (outcome, first, second, message) ->
                                told.onCreated(outcome == Outcome.TOPIC_EXISTS ? Outcome.OK : outcome, message));
    }
}
