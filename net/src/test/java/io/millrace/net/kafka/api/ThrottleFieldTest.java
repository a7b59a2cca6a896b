package io.millrace.net.kafka.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.types.Schema;
import org.junit.jupiter.api.Test;

/** Every answer that has a place for it says for how long its client is to wait. */
class ThrottleFieldTest {
    private static final int WAIT_MS = 12_345;

    private final ThrottleField field = new ThrottleField();

    private static boolean has(final Schema schema) {
        return Arrays.stream(schema.fields()).anyMatch(each -> each.def.name.equals("throttle_time_ms"));
    }

    @Test
    void shouldSetItInEveryAnswerThatHasIt() throws ReflectiveOperationException {
        int seen = 0;
        for (final Api api : Api.values()) {
            final ApiMessageType type = ApiMessageType.fromApiKey(api.key());
            for (short version = type.lowestSupportedVersion(); version <= api.versionMax(); version++) {
                final ApiMessage answer = type.newResponse();
                field.put(answer, WAIT_MS);
                final ByteBuffer written =
                        MessageUtil.toByteBufferAccessor(answer, version).buffer();
                final ApiMessage read = type.newResponse();
                read.read(new ByteBufferAccessor(written), version);
                if (has(type.responseSchemas()[version])) {
                    seen++;
                    assertThat(read.getClass().getMethod("throttleTimeMs").invoke(read))
                            .as("%s v%d", api, version)
                            .isEqualTo(WAIT_MS);
                }
            }
        }
        assertThat(seen).isGreaterThan(100);
    }

    @Test
    void shouldKnowWhereItComesFirst() {
        assertThat(field.isFirst(Api.METADATA, 3)).isTrue();
        assertThat(field.isFirst(Api.METADATA, 2)).isFalse();
        assertThat(field.isFirst(Api.API_VERSIONS, 1)).isFalse();
        assertThat(field.isFirst(Api.OFFSET_DELETE, 0)).isFalse();
    }
}
