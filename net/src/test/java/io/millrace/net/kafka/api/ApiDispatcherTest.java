package io.millrace.net.kafka.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.status.Statistics;
import io.millrace.net.connection.CloseReason;
import io.millrace.net.connection.ConnectionSettings;
import io.millrace.net.connection.Exchange;
import io.millrace.net.connection.LoopbackCore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client hears over a real socket: ApiVersions in full, and the answers to nonsense. */
@Timeout(60)
final class ApiDispatcherTest {
    private static final String CLUSTER = "the-cluster";

    private final ApiTable table = new ApiTable();
    private final List<Exchange> parked = new ArrayList<>();
    private LoopbackCore core;
    private ApiConversation client;

    @BeforeEach
    void start() throws IOException {
        table.serve(
                        Api.API_VERSIONS,
                        new ApiVersionsHandler(
                                table, new MetadataImage(1, Settings.defaults()), CLUSTER, new Statistics()))
                .serve(
                        Api.METADATA,
                        new ColdApi<>(
                                MetadataRequestData::new,
                                (exchange, header, request) ->
                                        ColdApi.respond(exchange, new MetadataResponseData().setClusterId(CLUSTER))))
                .serve(Api.PRODUCE, (exchange, header) -> parked.add(exchange))
                .serve(Api.FETCH, (exchange, header) -> exchange.frame().getLong(header.bodyOffset() + 1000));
        final ListenerView view = ListenerView.ofNode("PLAINTEXT", 1, "localhost", 9092);
        core = new LoopbackCore(16 << 20, ConnectionSettings.DEFAULTS, new ApiDispatcher(table, view));
        client = new ApiConversation(core.connect());
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        core.await("all connections closed", () -> core.connections().count() == 0);
        assertThat(core.ask(() -> core.pool().usedBytes())).isZero();
        core.close();
    }

    private static ApiVersionsRequestData request() {
        return new ApiVersionsRequestData().setClientSoftwareName("a-client").setClientSoftwareVersion("1.2");
    }

    private ApiVersionsResponseData versions(final ApiVersionsRequestData request, final int version)
            throws IOException {
        return client.ask(request, version, new ApiVersionsResponseData());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void shouldTellWhatIsServedAndNothingElse(final int version) throws IOException {
        final ApiVersionsResponseData response = versions(request(), version);
        assertThat(response.errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(response.apiKeys())
                .extracting(api -> api.apiKey() + ":" + api.minVersion() + ".." + api.maxVersion())
                .containsExactly("0:0..13", "1:4..18", "3:0..13", "18:0..5");
        assertThat(response.supportedFeatures()).isEmpty();
        assertThat(response.finalizedFeatures()).isEmpty();
        assertThat(response.finalizedFeaturesEpoch()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(shorts = {6, 99, Short.MAX_VALUE, -1})
    void shouldAnswerAnUnknownVersionOfApiVersionsInTheOldestForm(final short version) throws IOException {
        final ByteBuffer frame =
                ByteBuffer.allocate(40).putShort((short) 18).putShort(version).putInt(77);
        frame.putShort((short) 2).put((byte) 'm').put((byte) 'e');
        client.correlationId(77);
        client.sendFrame(frame.array());
        final ApiVersionsResponseData response = client.read(new ApiVersionsResponseData(), 0);
        assertThat(response.errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
        assertThat(response.apiKeys()).hasSize(1);
        assertThat(response.apiKeys().find((short) 18).maxVersion()).isEqualTo((short) 5);
        assertThat(versions(request(), 0).errorCode()).isEqualTo(Errors.NONE.code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "-a", "a-", "a/b", ".a", "ä"})
    void shouldRefuseStrangeSoftwareNames(final String name) throws IOException {
        for (final int version : new int[] {3, 4, 5}) {
            assertThat(versions(request().setClientSoftwareName(name), version).errorCode())
                    .isEqualTo(Errors.INVALID_REQUEST.code());
            final ApiVersionsResponseData response = versions(request().setClientSoftwareVersion(name), version);
            assertThat(response.errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
            assertThat(response.apiKeys()).isEmpty();
        }
        assertThat(versions(request(), 5).errorCode()).isEqualTo(Errors.NONE.code());
    }

    @Test
    void shouldSendAwayWhoMeansAnotherBroker() throws IOException {
        assertThat(versions(request().setClusterId(CLUSTER).setNodeId(1), 5).errorCode())
                .isZero();
        assertThat(versions(request().setClusterId(CLUSTER).setNodeId(2), 5).errorCode())
                .isEqualTo(Errors.REBOOTSTRAP_REQUIRED.code());
        assertThat(versions(request().setClusterId("another").setNodeId(1), 5).errorCode())
                .isEqualTo(Errors.REBOOTSTRAP_REQUIRED.code());
        assertThat(versions(request().setNodeId(1), 5).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(versions(request().setClusterId(CLUSTER), 5).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    }

    @Test
    void shouldServeEveryVersionOfAColdApi() throws IOException {
        for (short version = Api.METADATA.versionMin(); version <= Api.METADATA.versionMax(); version++) {
            final MetadataRequestData request = new MetadataRequestData();
            if (version == 0) {
                request.setTopics(List.of());
            }
            final MetadataResponseData response = client.ask(request, version, new MetadataResponseData());
            assertThat(response.clusterId()).isEqualTo(version >= 2 ? CLUSTER : null);
        }
    }

    @Test
    void shouldCloseOnWhatIsNotInTheTable() throws IOException {
        final short[][] unknown = {
            {4, 0}, {1000, 0}, {-1, 0}, {58, 0}, {3, 14}, {3, -1}, {1, 3}, {1, 19}, {2, 1}, {75, 0}
        };
        for (final short[] apiAndVersion : unknown) {
            final ByteBuffer frame =
                    ByteBuffer.allocate(64).putShort(apiAndVersion[0]).putShort(apiAndVersion[1]);
            assertClosesOn(frame.array());
        }
    }

    @Test
    void shouldCloseOnBrokenHeaders() throws IOException {
        for (int length = 1; length < 10; length++) {
            assertClosesOn(new byte[length]);
        }
        assertClosesOn(header(3, 1, 1000).array());
        assertClosesOn(header(3, 1, -2).array());
        assertClosesOn(header(3, 1, Short.MAX_VALUE).array());
        // Tagged fields: more than there are, longer than the frame, a varint that does not end.
        assertClosesOn(header(3, 9, -1).put((byte) 0x7f).array());
        assertClosesOn(header(3, 9, -1).put(new byte[] {1, 0, 0x7f}).array());
        assertClosesOn(header(3, 9, -1).put(new byte[] {-1, -1, -1, -1, -1, -1}).array());
    }

    @Test
    void shouldCloseOnBodiesThatDoNotParse() throws IOException {
        assertClosesOn(header(3, 1, -1).putInt(Integer.MAX_VALUE).array());
        assertClosesOn(header(3, 1, -1).putInt(1).putShort(Short.MAX_VALUE).array());
        assertClosesOn(header(3, 9, -1).put(new byte[] {0, -1, -1, -1, -1, 7}).array());
        assertClosesOn(header(18, 3, -1).put(new byte[] {0, 0, 0}).array());
        // The handler of Fetch above reads beyond the frame.
        assertClosesOn(header(1, 4, -1).array());
    }

    @Test
    void shouldLimitRequestsThatBecomeObjects() throws IOException {
        final byte[] large = new byte[ColdApi.REQUEST_BYTES_MAX + 100];
        ByteBuffer.wrap(large).putShort((short) 3).putShort((short) 1);
        assertClosesOn(large);
    }

    @Test
    void shouldSkipTaggedFieldsOfHeaders() throws IOException {
        final ByteBuffer frame = header(18, 3, 2).put(new byte[] {'m', 'e', 2, 0, 1, 9, (byte) 0x81, 1, 2, 7, 7});
        frame.put(new byte[] {3, 'a', 'b', 3, '1', '2', 0});
        final byte[] bytes = new byte[frame.position()];
        frame.flip().get(bytes);
        client.sendFrame(bytes);
        client.correlationId(5);
        assertThat(client.read(new ApiVersionsResponseData(), 3).errorCode()).isZero();
    }

    @Test
    void shouldKeepAParkedProduceWhenItsConnectionEnds() throws IOException {
        client.sendFrame(ApiConversation.encode(
                new ProduceRequestData().setTopicData(new ProduceRequestData.TopicProduceDataCollection()),
                (short) 9,
                1,
                null));
        core.await("parked", () -> parked.size() == 1);
        final RequestHeader header = core.ask(() -> RequestHeader.of(parked.get(0)));
        assertThat(header.api()).isEqualTo(Api.PRODUCE);
        assertThat(header.clientIdLength()).isZero();
        client.close();
        core.await("abandoned", () -> parked.get(0).isAbandoned());
        core.execute(() -> parked.get(0).finishWithoutReply());
    }

    private static ByteBuffer header(final int api, final int version, final int clientIdLength) {
        return ByteBuffer.allocate(32)
                .putShort((short) api)
                .putShort((short) version)
                .putInt(5)
                .putShort((short) clientIdLength);
    }

    private void assertClosesOn(final byte[] frame) throws IOException {
        final long before = core.ask(() -> core.connections().counters().closed(CloseReason.MALFORMED_REQUEST));
        try (ApiConversation hostile = new ApiConversation(core.connect())) {
            hostile.sendFrame(frame);
            assertThat(hostile.isEnded()).isTrue();
        }
        assertThat(core.ask(() -> core.connections().counters().closed(CloseReason.MALFORMED_REQUEST)))
                .isEqualTo(before + 1);
    }
}
