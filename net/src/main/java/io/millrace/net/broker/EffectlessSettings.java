package io.millrace.net.broker;

import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.MetadataListener;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.port.Housekeeping;
import io.millrace.engine.settings.KnownNames;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * Says in the log, once for each name, that a setting was changed which does not do here what it does in Apache Kafka.
 * Owned by core 0's thread; lines are written beside it.
 */
final class EffectlessSettings implements MetadataListener {
    private final MetadataImage image;
    private final Housekeeping housekeeping;
    private final BrokerLog log;
    /** At most as many as there are names that are known. */
    private final Set<String> told = new TreeSet<>();

    EffectlessSettings(final MetadataImage image, final Housekeeping housekeeping, final BrokerLog log) {
        this.image = image;
        this.housekeeping = housekeeping;
        this.log = log;
    }

    @Override
    public void onBrokerConfigChanged() {
        tell("Setting ", image.brokerOverrides(""), KnownNames::withoutEffect);
        tell("Setting ", image.brokerOverrides(Integer.toString(image.nodeId())), KnownNames::withoutEffect);
    }

    @Override
    public void onTopicCreated(final TopicImage topic) {
        onTopicConfigChanged(topic);
    }

    @Override
    public void onTopicConfigChanged(final TopicImage topic) {
        tell("Topic setting ", topic.overrides(), KnownNames::withoutEffectOnTopic);
    }

    private void tell(final String kind, final Map<String, String> overrides, final UnaryOperator<String> judge) {
        for (final String name : overrides.keySet()) {
            final String who = kind + name;
            final String warning = told.contains(who) ? null : judge.apply(name);
            if (warning != null && housekeeping.submit(() -> log.warn(who + warning), () -> {})) {
                told.add(who);
            }
        }
    }
}
