package io.millrace.engine.metadata;

import static io.millrace.engine.metadata.ControllerFixture.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.settings.Settings;
import io.millrace.engine.settings.SettingsLoader;
import io.millrace.engine.settings.ValueSource;
import io.millrace.engine.status.Outcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Configs of groups and of subscriptions to clients' metrics. */
class ResourceConfigsTest {
    private final ControllerFixture node = new ControllerFixture(
            1,
            new SettingsLoader()
                    .file(
                            "f",
                            Map.of(
                                    "group.consumer.session.timeout.ms",
                                    "50000",
                                    "group.share.max.session.timeout.ms",
                                    "70000"))
                    .load());

    private ConfigEntry ofGroup(final String name) {
        return new ConfigDescriber(node.image)
                .group("g").stream()
                        .filter(entry -> entry.name().equals(name))
                        .findFirst()
                        .orElse(null);
    }

    private void refused(
            final ResourceType type, final Outcome outcome, final String words, final ConfigChange change) {
        final CommandResult result = node.alter(type, "g", change);
        assertThat(result.outcome()).as(words).isEqualTo(outcome);
        assertThat(result.message()).isEqualTo(words);
    }

    @Test
    void shouldKeepAGroupsConfigsWhetherItExistsOrNot() {
        assertThat(ofGroup("consumer.session.timeout.ms").value()).isEqualTo("50000");
        assertThat(ofGroup("consumer.session.timeout.ms").source()).isEqualTo(ValueSource.FILE);
        assertThat(ofGroup("streams.assignor.name").value()).isEqualTo("sticky");
        assertThat(ofGroup("streams.num.warmup.replicas")).isNull();

        node.alter(ResourceType.GROUP, "g", set("consumer.session.timeout.ms", " 60000 "));
        node.alter(ResourceType.GROUP, "g", set("streams.num.warmup.replicas", "1"));
        assertThat(ofGroup("consumer.session.timeout.ms").value()).isEqualTo("60000");
        assertThat(ofGroup("consumer.session.timeout.ms").source()).isEqualTo(ValueSource.DYNAMIC_GROUP);
        assertThat(ofGroup("streams.num.warmup.replicas").value()).isEqualTo("1");
        assertThat(node.image.resources(ResourceType.GROUP)).containsExactly("g");
    }

    @Test
    void shouldOutliveASnapshot() {
        node.alter(ResourceType.GROUP, "g", set("share.session.timeout.ms", "70000"));
        node.alter(ResourceType.CLIENT_METRICS, "m", set("metrics", "a,a,b"));
        final MetadataSnapshot snapshot = new MetadataSnapshot();
        final int length = snapshot.encode(node.image);
        final MetadataImage loaded = new MetadataImage(1, Settings.defaults());
        new MetadataStateMachine(loaded).load(node.image.version(), snapshot.buffer(), 0, length);
        assertThat(loaded.overrides(ResourceType.GROUP, "g")).containsEntry("share.session.timeout.ms", "70000");
        assertThat(loaded.overrides(ResourceType.CLIENT_METRICS, "m")).containsEntry("metrics", "a,a,b");
        assertThat(new ConfigDescriber(loaded).clientMetrics("m").getFirst().value())
                .isEqualTo("a,b");
    }

    @Test
    void shouldRememberUsersAndFeaturesInSnapshots() {
        node.alter(ResourceType.USER, "alice", set("SCRAM-SHA-256", "salt=x"));
        node.alter(ResourceType.FEATURES, Feature.RESOURCE, set("group.version", "0"));
        final MetadataSnapshot snapshot = new MetadataSnapshot();
        final int length = snapshot.encode(node.image);
        final MetadataImage loaded = new MetadataImage(1, Settings.defaults());
        new MetadataStateMachine(loaded).load(node.image.version(), snapshot.buffer(), 0, length);
        assertThat(loaded.overrides(ResourceType.USER, "alice")).containsEntry("SCRAM-SHA-256", "salt=x");
        assertThat(Feature.GROUP_VERSION.level(loaded)).isZero();
        assertThat(Feature.TRANSACTION_VERSION.level(loaded)).isEqualTo((short) 2);
    }

    @Test
    void shouldRefuseToForgetACredentialThatIsNotThere() {
        node.alter(ResourceType.USER, "alice", set("SCRAM-SHA-256", "salt=x"));
        refused(
                ResourceType.USER,
                Outcome.UNKNOWN_RESOURCE,
                "Attempt to delete a user credential that does not exist",
                new ConfigChange(ConfigChange.Operation.DELETE, "SCRAM-SHA-512", null));
        assertThat(node.image.overrides(ResourceType.USER, "alice")).hasSize(1);
    }

    @Test
    void shouldRefuseLevelsThatFeaturesDoNotHave() {
        refused(
                ResourceType.FEATURES,
                Outcome.INVALID_REQUEST,
                "There is no group.version 2",
                set("group.version", "2"));
        refused(ResourceType.FEATURES, Outcome.INVALID_REQUEST, "There is no x 1", set("x", "1"));
        assertThat(node.image.resources(ResourceType.FEATURES)).isEmpty();
    }

    @Test
    void shouldForgetAResourceWithItsLastConfig() {
        node.alter(ResourceType.GROUP, "g", set("share.session.timeout.ms", "70000"));
        node.alter(
                ResourceType.GROUP,
                "g",
                new ConfigChange(ConfigChange.Operation.DELETE, "share.session.timeout.ms", null));
        assertThat(node.image.resources(ResourceType.GROUP)).isEmpty();
    }

    @Test
    void shouldHoldGroupsToTheBrokersBounds() {
        refused(
                ResourceType.GROUP,
                Outcome.INVALID_CONFIG,
                "share.session.timeout.ms must be in the range 45000 to 70000 inclusive.",
                set("share.session.timeout.ms", "70001"));
        refused(
                ResourceType.GROUP,
                Outcome.INVALID_CONFIG,
                "streams.num.standby.replicas must be less than or equal to 2",
                set("streams.num.standby.replicas", "3"));
        refused(
                ResourceType.GROUP,
                Outcome.INVALID_CONFIG,
                "Unknown group config name: retention.ms",
                set("retention.ms", "1"));
        assertThat(node.image.resources(ResourceType.GROUP)).isEmpty();
    }

    @Test
    void shouldCheckSubscriptions() {
        refused(
                ResourceType.CLIENT_METRICS,
                Outcome.INVALID_CONFIG,
                "Illegal client matching pattern: client_id=[",
                set("match", "client_id=["));
        refused(
                ResourceType.CLIENT_METRICS,
                Outcome.INVALID_REQUEST,
                "Invalid value 99 for interval.ms, interval must be between 100 and 3600000 (1 hour)",
                set("interval.ms", "99"));
        assertThat(node.alter(ResourceType.CLIENT_METRICS, "g", set("match", "client_id=a.*, client_source_port = 1"))
                        .outcome())
                .isEqualTo(Outcome.OK);
    }

    @Test
    void shouldTakeOneOfEachFromAList() {
        node.create("a", 1, -1, Map.of("cleanup.policy", "compact,compact,delete"));
        assertThat(cleanupPolicy()).isEqualTo("compact,delete");
        node.alter(
                ResourceType.TOPIC,
                "a",
                new ConfigChange(ConfigChange.Operation.SUBTRACT, "cleanup.policy", "compact"));
        assertThat(node.image.topic("a").overrides()).containsEntry("cleanup.policy", "compact,delete");
    }

    private String cleanupPolicy() {
        final List<ConfigEntry> entries = new ConfigDescriber(node.image).topic(node.image.topic("a"));
        return entries.getFirst().value();
    }
}
