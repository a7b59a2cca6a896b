package io.millrace.net.kafka.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table agrees with Apache Kafka's own. */
final class ApiTest {
    @ParameterizedTest
    @EnumSource(Api.class)
    void shouldServeTheVersionsThatKafkaServes(final Api api) {
        final ApiKeys kafka = ApiKeys.forId(api.key());
        assertThat(kafka.name()).isEqualTo(api.name());
        assertThat(api.versionMax()).isEqualTo(kafka.latestVersion(false));
        // Produce 0 to 2 are advertised by Kafka, and not served by it either.
        assertThat(api.versionMin()).isEqualTo(api == Api.PRODUCE ? 0 : kafka.oldestVersion());
    }

    @ParameterizedTest
    @EnumSource(Api.class)
    void shouldKnowFromWhichVersionOnRequestsAreFlexible(final Api api) {
        final ApiKeys kafka = ApiKeys.forId(api.key());
        for (short version = api.versionMin(); version <= api.versionMax(); version++) {
            if (kafka.isVersionSupported(version)) {
                assertThat(api.isFlexible(version))
                        .as("v%d", version)
                        .isEqualTo(kafka.requestHeaderVersion(version) >= 2);
                assertThat(api.hasTaggedReplyHeader(version))
                        .as("v%d", version)
                        .isEqualTo(kafka.responseHeaderVersion(version) >= 1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Api.class)
    void shouldFindApisByKey(final Api api) {
        assertThat(Api.of(api.key())).isSameAs(api);
        assertThat(Api.of(-1 - api.key())).isNull();
        assertThat(Api.of(1000 + api.key())).isNull();
    }
}
