package io.millrace.net.broker;

import io.millrace.engine.core.Core;
import io.millrace.engine.core.CoreContext;
import io.millrace.engine.port.Endpoint;
import io.millrace.engine.settings.BrokerConfig;
import io.millrace.engine.settings.BrokerSettings;
import io.millrace.engine.settings.CoordinatorSettings;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.settings.ShareSettings;
import io.millrace.net.connection.BufferPool;
import io.millrace.net.connection.Connection;
import io.millrace.net.connection.ConnectionSettings;
import io.millrace.net.connection.Connections;
import io.millrace.net.connection.RequestMeter;
import io.millrace.net.kafka.admin.AdminApis;
import io.millrace.net.kafka.admin.NodeFacts;
import io.millrace.net.kafka.api.Api;
import io.millrace.net.kafka.api.ApiDispatcher;
import io.millrace.net.kafka.api.ApiTable;
import io.millrace.net.kafka.api.ApiVersionsHandler;
import io.millrace.net.kafka.api.ClientQuotas;
import io.millrace.net.kafka.api.ClientSession;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.cluster.ClusterApis;
import io.millrace.net.kafka.coordinator.FindCoordinatorApi;
import io.millrace.net.kafka.coordinator.InternalTopic;
import io.millrace.net.kafka.fetch.FetchHandler;
import io.millrace.net.kafka.group.GroupApis;
import io.millrace.net.kafka.group.Groups;
import io.millrace.net.kafka.group.SharePersister;
import io.millrace.net.kafka.group.ShareStates;
import io.millrace.net.kafka.produce.ProduceHandler;
import io.millrace.net.kafka.quota.QuotaApis;
import io.millrace.net.kafka.security.SecurityApis;
import io.millrace.net.kafka.share.ShareHandlers;
import io.millrace.net.kafka.share.ShareHosts;
import io.millrace.net.kafka.share.ShareSessionCounts;
import io.millrace.net.kafka.txn.Admissions;
import io.millrace.net.kafka.txn.PartitionMarkers;
import io.millrace.net.kafka.txn.TransactionApis;
import io.millrace.net.kafka.txn.Transactions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;

/**
 * One core with everything that serves Kafka clients on it, made of ports alone: the same object runs on a pinned
 * thread and in the simulation. Owned by whoever calls its core.
 */
public final class BrokerCore {
    private static final int TOPIC_SEGMENT_BYTES_MIN = 1 << 20;
    private static final long FOREVER_MS = TimeUnit.DAYS.toMillis(10_000);

    private final Core core;
    private final BufferPool pool;
    private final Connections connections;
    private final FetchHandler fetches;
    private final ApiVersionsHandler versions;
    private final Groups groups;
    private final ShareStates shareStates;
    private final ShareHandlers shares;
    private final Transactions transactions;
    private final ClientQuotas quotas;
    private final ApiTable table = new ApiTable();
    private ApiDispatcher[] dispatchers = {};
    private boolean stopping;

    /** @param context complete but for being concluded */
    public BrokerCore(
            final CoreContext context,
            final BrokerConfig config,
            final NodeFacts node,
            final ShareSessionCounts shareSessions) {
        core = new Core(context);
        pool = new BufferPool(config.coreMemoryBytes());
        final RequestMeter meter = new RequestMeter(core.statistics(), core.clock(), Api.names(), Api.SPLIT);
        connections = new Connections(core.id(), pool, connectionSettings(config), meter);
        connections.congestion(() -> stopping || core.requests().isCongested());
        quotas = new ClientQuotas(core);
        core.quotas().addListener(connections::reviewMuting);
        fetches = new FetchHandler(core, context.entropy().stream("fetch-sessions-" + core.id()));
        versions = new ApiVersionsHandler(table, core.image(), node.clusterId(), core.statistics());
        final ProduceHandler produces = new ProduceHandler(core);
        table.serve(Api.API_VERSIONS, versions).serve(Api.PRODUCE, produces).serve(Api.FETCH, fetches);
        groups = new Groups(core, CoordinatorSettings.ofGroups(config.settings()), node.rack());
        transactions = new Transactions(core, new PartitionMarkers(core, groups));
        AdminApis.register(table, core, node, TransactionApis.initProducerId(transactions));
        ClusterApis.register(table, core, node);
        SecurityApis.register(table, core);
        QuotaApis.register(table, core);
        core.addService(Groups.class, groups);
        core.addMetadataListener(groups);
        final Map<Byte, InternalTopic> topics = internalTopics(core, config.settings());
        shareStates = new ShareStates(
                core, topics.get(CoordinatorType.SHARE.id()), ShareSettings.ofStates(config.settings()));
        shares = serveShares(shareSessions);
        serveTransactions(produces);
        final FindCoordinatorApi find = new FindCoordinatorApi(core, topics);
        table.serve(Api.FIND_COORDINATOR, new ColdApi<>(FindCoordinatorRequestData::new, find::handle));
        core.addStage("connections", connections);
        // Behind the connections: what they have the groups write goes to the log in the same duty cycle.
        core.addStage("groups", groups);
        core.addStage("share states", shareStates);
        connections.closeListener(this::onClosed);
    }

    private ShareHandlers serveShares(final ShareSessionCounts sessions) {
        core.addService(ShareStates.class, shareStates);
        core.addMetadataListener(shareStates);
        final SharePersister persister = new SharePersister(shareStates);
        GroupApis.register(table, core, groups, persister);
        final ShareHosts hosts = new ShareHosts(core, persister);
        core.addService(ShareHosts.class, hosts);
        core.addMetadataListener(hosts);
        core.addStage("shares", hosts);
        final ShareHandlers handlers = new ShareHandlers(core, hosts, sessions);
        handlers.register(table);
        return handlers;
    }

    /** A connection of this core has closed for good. */
    public void onClosed(final Connection connection) {
        shares.onClosed(connection.id());
    }

    private void serveTransactions(final ProduceHandler produces) {
        core.addService(Transactions.class, transactions);
        core.addMetadataListener(transactions);
        core.addStage("transactions", transactions);
        TransactionApis.register(table, core, transactions, groups::partitionFor);
        final Admissions admissions = new Admissions(transactions);
        groups.admission((id, producerId, epoch, partition, add, told) -> {
            final TopicPartition offsets = new TopicPartition(Topic.GROUP_METADATA_TOPIC_NAME, partition);
            admissions.admit(id, producerId, epoch, List.of(offsets), add, errors -> told.accept(errors.get(offsets)));
        });
        produces.gate((header, id, producerId, epoch, partitions, add, told) ->
                admissions.admit(id, producerId, epoch, partitions, add, told));
    }

    private static Map<Byte, InternalTopic> internalTopics(final Core core, final Settings settings) {
        return Map.of(
                CoordinatorType.GROUP.id(),
                internalTopic(
                        core,
                        Topic.GROUP_METADATA_TOPIC_NAME,
                        settings.intOf(CoordinatorSettings.OFFSETS_TOPIC_PARTITIONS),
                        settings.intOf(CoordinatorSettings.OFFSETS_TOPIC_SEGMENT_BYTES),
                        "producer"),
                CoordinatorType.TRANSACTION.id(),
                internalTopic(
                        core,
                        Topic.TRANSACTION_STATE_TOPIC_NAME,
                        settings.intOf(CoordinatorSettings.TRANSACTION_TOPIC_PARTITIONS),
                        settings.intOf(CoordinatorSettings.TRANSACTION_TOPIC_SEGMENT_BYTES),
                        "uncompressed"),
                CoordinatorType.SHARE.id(),
                new InternalTopic(
                        core,
                        Topic.SHARE_GROUP_STATE_TOPIC_NAME,
                        settings.intOf(ShareSettings.STATE_TOPIC_PARTITIONS),
                        Map.of(
                                "cleanup.policy",
                                "delete",
                                "retention.ms",
                                "-1",
                                "compression.type",
                                "producer",
                                "segment.bytes",
                                segmentBytes(settings.intOf(ShareSettings.STATE_TOPIC_SEGMENT_BYTES)))));
    }

    private static String segmentBytes(final int wanted) {
        return Integer.toString(Math.max(TOPIC_SEGMENT_BYTES_MIN, wanted));
    }

    private static InternalTopic internalTopic(
            final Core core,
            final String name,
            final int partitions,
            final int segmentBytes,
            final String compression) {
        return new InternalTopic(
                core,
                name,
                partitions,
                Map.of(
                        "cleanup.policy",
                        "compact",
                        "compression.type",
                        compression,
                        "segment.bytes",
                        segmentBytes(segmentBytes)));
    }

    private static ConnectionSettings connectionSettings(final BrokerConfig config) {
        final long idleMs = config.settings().longOf(BrokerSettings.CONNECTIONS_MAX_IDLE_MS);
        return ConnectionSettings.DEFAULTS
                .withFrameBytesMax(config.requestBytesMax())
                .withLeaseBytesMin(config.settings().intOf(BrokerSettings.LEASE_BYTES_MIN))
                .withIdleMs(idleMs < 0 ? FOREVER_MS : Math.min(idleMs, FOREVER_MS));
    }

    /** How clients see the node through each listener, by the listener's number; before the first connection. */
    public void listeners(final List<ListenerView> views) {
        dispatchers = views.stream()
                .map(view -> new ApiDispatcher(table, view, quotas))
                .toArray(ApiDispatcher[]::new);
        connections.keepTime(core.deadlines(), core.nowNs());
    }

    /** Begins to serve a client that came through a listener. */
    public void accept(final int listener, final Endpoint endpoint) {
        if (stopping) {
            endpoint.close();
        } else {
            connections.accept(endpoint, dispatchers[listener]);
        }
    }

    /** Whether a connection could be served by another core as well: on a listener of one port a core it could not. */
    public boolean mayLeave(final Connection connection) {
        return !stopping && !((ApiDispatcher) connection.handler()).listener().isPerCore();
    }

    /**
     * Makes a quiet connection ready to go; {@link Connections#leave} is next.
     *
     * @param restNs it is not to move again for so long
     */
    public Luggage pack(final Connection connection, final long restNs) {
        final ClientSession client = ClientSession.of(connection);
        client.gone();
        return new Luggage(
                listenerOf(connection),
                connection.remoteAddress(),
                client,
                fetches.pack(connection.id()),
                shares.pack(connection.id()),
                core.nowNs() + restNs);
    }

    /** Number of the listener through which the client came. */
    public int listenerOf(final Connection connection) {
        for (int i = 0; i < dispatchers.length; i++) {
            if (dispatchers[i].equals(connection.handler())) {
                return i;
            }
        }
        throw new IllegalStateException("a connection of no listener");
    }

    /** Goes on with a client that was another core's so far; false if this core takes none any more. */
    public boolean unpack(final Luggage luggage, final Endpoint endpoint) {
        if (stopping) {
            endpoint.close();
            return false;
        }
        final Connection connection =
                connections.arrive(endpoint, dispatchers[luggage.listener()], luggage.restUntilNs());
        versions.welcome(connection, luggage.client());
        fetches.unpack(luggage.fetches(), connection.id());
        shares.unpack(luggage.shares(), connection.id());
        return true;
    }

    /** Starts no request any more; those that run go on, but none waits for news. */
    public void stopServing() {
        stopping = true;
        fetches.endWaits();
        shares.endWaits();
        groups.stop();
        shareStates.stop();
        transactions.stop();
    }

    public boolean isStopping() {
        return stopping;
    }

    public Core core() {
        return core;
    }

    public Connections connections() {
        return connections;
    }

    public BufferPool pool() {
        return pool;
    }

    /** What is served. */
    public ApiTable table() {
        return table;
    }
}
