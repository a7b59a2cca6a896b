package io.millrace.net.kafka.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.node.TestClient;
import io.millrace.net.kafka.node.TestNode;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class ConfigApisTest {
    private static final byte TOPIC = 2;
    private static final byte BROKER = 4;
    private static final byte BROKER_LOGGER = 8;
    private static final byte GROUP = 32;
    private static final byte SET = 0;
    private static final byte DELETE = 1;
    private static final byte NO_OPERATION = 9;
    private static final ListenerView PER_CORE = ListenerView.ofCores("CORES", TestNode.NODE_ID, "here", 9092, 9093);

    private final TestNode node = new TestNode(2, 64);
    private final TestClient client = node.connect(1);

    private static DescribeConfigsResult describe(
            final TestClient asker, final byte type, final String name, final String... keys) {
        final DescribeConfigsRequestData request = new DescribeConfigsRequestData().setIncludeSynonyms(true);
        request.resources()
                .add(new DescribeConfigsResource()
                        .setResourceType(type)
                        .setResourceName(name)
                        .setConfigurationKeys(keys.length == 0 ? null : List.of(keys)));
        return asker.call(request, 4, DescribeConfigsResponseData::new)
                .results()
                .get(0);
    }

    private Errors change(final byte type, final String name, final byte operation, final String value) {
        return change(client, type, name, operation, value);
    }

    private static Errors change(
            final TestClient asker, final byte type, final String name, final byte operation, final String value) {
        final var collection = new IncrementalAlterConfigsRequestData.AlterableConfigCollection();
        collection.add(new IncrementalAlterConfigsRequestData.AlterableConfig()
                .setName(type == TOPIC ? "retention.ms" : "log.retention.ms")
                .setConfigOperation(operation)
                .setValue(value));
        final IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        request.resources()
                .add(new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType(type)
                        .setResourceName(name)
                        .setConfigs(collection));
        final var response = asker.call(request, 1, IncrementalAlterConfigsResponseData::new);
        return Errors.forCode(response.responses().get(0).errorCode());
    }

    @Test
    void shouldShowAChangeAndItsSourceOnEveryCore() {
        node.createTopic("t", 1, Map.of());
        assertThat(change(TOPIC, "t", SET, "77")).isEqualTo(Errors.NONE);
        for (int core = 0; core < 2; core++) {
            final DescribeConfigsResult result = describe(node.connect(core), TOPIC, "t", "retention.ms");
            assertThat(result.configs()).hasSize(1);
            final DescribeConfigsResourceResult retention = result.configs().get(0);
            assertThat(retention.value()).isEqualTo("77");
            assertThat(retention.configSource()).isEqualTo((byte) 1);
            assertThat(retention.configType()).isEqualTo((byte) 5);
            assertThat(retention.synonyms()).hasSize(1);
            assertThat(retention.synonyms().get(0).name()).isEqualTo("retention.ms");
            assertThat(node.core(core).image().topic("t").config().retentionMs())
                    .isEqualTo(77);
        }
        assertThat(change(TOPIC, "t", DELETE, null)).isEqualTo(Errors.NONE);
        assertThat(describe(client, TOPIC, "t", "retention.ms").configs().get(0).configSource())
                .isEqualTo((byte) 5);
    }

    @Test
    void shouldRefuseWhatCannotBeChanged() {
        node.createTopic("t", 1, Map.of());
        assertThat(change(TOPIC, "t", SET, "soon")).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(change(TOPIC, "t", SET, null)).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(change(TOPIC, "t", NO_OPERATION, "1")).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
        assertThat(change(TOPIC, "none", SET, "1")).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(change(BROKER, "2", SET, "1")).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(change(BROKER_LOGGER, "1", SET, "1")).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(change(GROUP, "g", SET, "1")).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(change(GROUP, "", SET, "1")).isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void shouldKnowTheBrokerByTheIdThatTheListenerShows() {
        final TestClient ofCore1 = node.connect(1, PER_CORE);
        final String own = Integer.toString(PER_CORE.idAt(1));
        assertThat(change(ofCore1, BROKER, own, SET, "99999")).isEqualTo(Errors.NONE);
        assertThat(change(ofCore1, BROKER, "1", SET, "1")).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(change(ofCore1, BROKER, Integer.toString(PER_CORE.idAt(0)), SET, "1"))
                .isEqualTo(Errors.INVALID_REQUEST);
        final DescribeConfigsResourceResult retention =
                describe(ofCore1, BROKER, own, "log.retention.ms").configs().get(0);
        assertThat(retention.value()).isEqualTo("99999");
        assertThat(retention.configSource()).isEqualTo((byte) 2);
        assertThat(describe(client, BROKER, "1", "log.retention.ms")
                        .configs()
                        .get(0)
                        .value())
                .isEqualTo("99999");
        assertThat(describe(ofCore1, BROKER, "1").errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    }

    @Test
    void shouldReplaceAllSettingsTheOlderWay() {
        node.createTopic("t", 1, Map.of("segment.ms", "5555"));
        final var configs = new AlterConfigsRequestData.AlterableConfigCollection();
        configs.add(new AlterConfigsRequestData.AlterableConfig()
                .setName("retention.ms")
                .setValue("77"));
        final AlterConfigsRequestData request = new AlterConfigsRequestData();
        request.resources()
                .add(new AlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType(TOPIC)
                        .setResourceName("t")
                        .setConfigs(configs));
        final var response = client.call(request, 2, AlterConfigsResponseData::new);
        assertThat(response.responses().get(0).errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(node.core(0).image().topic("t").overrides()).containsExactly(Map.entry("retention.ms", "77"));
    }

    @Test
    void shouldSpoilADescriptionByATypeThatIsNone() {
        node.createTopic("t", 1, Map.of());
        final DescribeConfigsRequestData request = new DescribeConfigsRequestData();
        for (final byte type : new byte[] {TOPIC, 99}) {
            request.resources()
                    .add(new DescribeConfigsResource().setResourceType(type).setResourceName("t"));
        }
        assertThat(client.call(request, 4, DescribeConfigsResponseData::new).results())
                .extracting(DescribeConfigsResult::errorCode)
                .containsOnly(Errors.INVALID_REQUEST.code());
    }
}
