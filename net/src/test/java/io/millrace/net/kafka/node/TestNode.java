package io.millrace.net.kafka.node;

import io.millrace.engine.core.Core;
import io.millrace.engine.core.CoreContext;
import io.millrace.engine.core.Mesh;
import io.millrace.engine.core.NodeBoot;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.Entropy;
import io.millrace.engine.port.Poller;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.port.Stage;
import io.millrace.engine.settings.CoordinatorSettings;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.settings.SettingsLoader;
import io.millrace.engine.settings.ShareSettings;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimHousekeeping;
import io.millrace.engine.sim.SimTime;
import io.millrace.engine.status.Outcome;
import io.millrace.net.connection.BufferPool;
import io.millrace.net.connection.ConnectionSettings;
import io.millrace.net.connection.Connections;
import io.millrace.net.connection.RequestMeter;
import io.millrace.net.kafka.admin.AdminApis;
import io.millrace.net.kafka.admin.LogLevels;
import io.millrace.net.kafka.admin.NodeFacts;
import io.millrace.net.kafka.api.Api;
import io.millrace.net.kafka.api.ApiDispatcher;
import io.millrace.net.kafka.api.ApiTable;
import io.millrace.net.kafka.api.ClientQuotas;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.api.TransactionGate;
import io.millrace.net.kafka.cluster.ClusterApis;
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
import io.millrace.net.kafka.txn.PartitionMarkers;
import io.millrace.net.kafka.txn.TransactionApis;
import io.millrace.net.kafka.txn.Transactions;
import io.millrace.net.kafka.wire.RecordsCompressor;
import io.millrace.net.kafka.wire.RecordsDecompressor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.agrona.ExpandableArrayBuffer;
import org.apache.kafka.common.internals.Topic;

/**
 * A node whose cores take turns on the test's thread, over a simulated disk and virtual time: everything from the frame
 * to the log and back is the real thing.
 */
public final class TestNode {
    public static final int NODE_ID = 1;

    private static final int RING_BYTES = 1 << 20;
    private static final long STEP_NS = 10_000;
    private static final int STEPS_MAX = 1_000_000;

    private final SimTime time;
    private boolean housekeepingHeld;
    private int heldCore = -1;
    private final List<Core> cores = new ArrayList<>();
    private final List<Connections> connections = new ArrayList<>();
    private final List<ProduceHandler> produceHandlers = new ArrayList<>();
    private final List<FetchHandler> fetchHandlers = new ArrayList<>();
    private final List<List<MemoryEndpoint>> endpoints = new ArrayList<>();
    private final List<ApiTable> tables = new ArrayList<>();
    private final List<ClientQuotas> quotas = new ArrayList<>();
    private final Mesh mesh;
    private final ShareSessionCounts shareSessions;

    /** With rings of another size. */
    public static TestNode withRings(final int ringBytes, final int coreCount) {
        final SimDiskImage image = new SimDiskImage();
        return new TestNode(
                coreCount,
                64,
                ringBytes,
                new SimTime(),
                (time, core) -> new SimDisk(image, time, SimDiskFaults.none(), new SeededEntropy(core)));
    }

    /** On a simulated disk that answers in microseconds. */
    public TestNode(final int coreCount, final int leasesPerCore) {
        this(coreCount, leasesPerCore, new SimDiskImage());
    }

    private TestNode(final int coreCount, final int leasesPerCore, final SimDiskImage image) {
        this(
                coreCount,
                leasesPerCore,
                new SimTime(),
                (time, core) -> new SimDisk(image, time, SimDiskFaults.none(), new SeededEntropy(core)));
    }

    /** On other disks, one for each core. */
    public TestNode(
            final int coreCount,
            final int leasesPerCore,
            final SimTime time,
            final BiFunction<SimTime, Integer, Disk> diskOfCore) {
        this(coreCount, leasesPerCore, RING_BYTES, time, diskOfCore);
    }

    private TestNode(
            final int coreCount,
            final int leasesPerCore,
            final int ringBytes,
            final SimTime time,
            final BiFunction<SimTime, Integer, Disk> diskOfCore) {
        this.time = time;
        final SeededEntropy entropy = new SeededEntropy(4711);
        final List<Disk> disks = new ArrayList<>();
        for (int core = 0; core < coreCount; core++) {
            disks.add(diskOfCore.apply(time, core));
            endpoints.add(new ArrayList<>());
        }
        // Simulated disks lie on the heap.
        final Settings settings = new SettingsLoader()
                .commandLine("millrace.journal.bytes", "1048576")
                .load();
        final NodeBoot boot = new NodeBoot(NODE_ID, coreCount, settings, disks.get(0), entropy.stream("boot")).run();
        mesh = new Mesh(coreCount, ringBytes, leasesPerCore);
        shareSessions = new ShareSessionCounts(coreCount);
        for (int id = 0; id < coreCount; id++) {
            addCore(id, boot, disks.get(id), entropy.stream("core" + id));
        }
        boot.recovered(disks.get(0));
    }

    private void addCore(final int id, final NodeBoot boot, final Disk disk, final Entropy entropy) {
        final SimHousekeeping housekeeping = new SimHousekeeping(time, entropy.stream("housekeeping"), 1000, 100);
        final Core core = new Core(new CoreContext()
                .core(id)
                .mesh(mesh)
                .time(time)
                .entropy(entropy)
                .disk(disk)
                .poller(new EndpointPoller(endpoints.get(id)))
                .housekeeping(housekeeping)
                .compressor(new RecordsCompressor())
                .decompressor(new RecordsDecompressor())
                .boot(boot));
        core.recover(report -> {});
        final Connections own = new Connections(
                id,
                new BufferPool(64 << 20),
                ConnectionSettings.DEFAULTS,
                new RequestMeter(core.statistics(), core.clock(), Api.names(), Api.SPLIT));
        core.addStage("connections", own);
        core.addStage("housekeeping", new Held(housekeeping));
        connections.add(own);
        final FetchHandler fetches = new FetchHandler(core, entropy.stream("sessions"));
        fetchHandlers.add(fetches);
        final ProduceHandler produces = new ProduceHandler(core);
        produceHandlers.add(produces);
        final ApiTable table = new ApiTable().serve(Api.PRODUCE, produces).serve(Api.FETCH, fetches);
        final Groups groups =
                new Groups(core, CoordinatorSettings.ofGroups(core.image().settings()), null);
        final Transactions transactions = new Transactions(core, new PartitionMarkers(core, groups));
        final NodeFacts facts = new NodeFacts("test-cluster", "/test", null, LogLevels.withoutLog());
        AdminApis.register(table, core, facts, TransactionApis.initProducerId(transactions));
        ClusterApis.register(table, core, facts);
        SecurityApis.register(table, core);
        QuotaApis.register(table, core);
        quotas.add(new ClientQuotas(core));
        own.keepTime(core.deadlines(), core.nowNs());
        core.quotas().addListener(own::reviewMuting);
        TransactionApis.register(table, core, transactions, groups::partitionFor);
        final ShareStates shareStates = new ShareStates(
                core,
                new InternalTopic(core, Topic.SHARE_GROUP_STATE_TOPIC_NAME, 4, Map.of("retention.ms", "-1")),
                ShareSettings.ofStates(core.image().settings()));
        final SharePersister persister = new SharePersister(shareStates);
        GroupApis.register(table, core, groups, persister);
        final ShareHosts hosts = new ShareHosts(core, persister);
        final ShareHandlers shares = new ShareHandlers(core, hosts, shareSessions);
        shares.register(table);
        own.closeListener(connection -> shares.onClosed(connection.id()));
        core.addService(ShareStates.class, shareStates);
        core.addService(ShareHosts.class, hosts);
        core.addMetadataListener(shareStates);
        core.addMetadataListener(hosts);
        core.addStage("share states", shareStates);
        core.addStage("shares", hosts);
        core.addService(Groups.class, groups);
        core.addService(Transactions.class, transactions);
        core.addMetadataListener(groups);
        core.addMetadataListener(transactions);
        core.addStage("groups", groups);
        core.addStage("transactions", transactions);
        tables.add(table);
        cores.add(core);
    }

    /** What runs beside a core, unless it is held up. */
    private final class Held implements Stage {
        private final Stage stage;

        Held(final Stage stage) {
            this.stage = stage;
        }

        @Override
        public int doWork(final long nowNs, final long nowMs) {
            return housekeepingHeld ? 0 : stage.doWork(nowNs, nowMs);
        }

        @Override
        public boolean mayPark() {
            return housekeepingHeld || stage.mayPark();
        }
    }

    private record EndpointPoller(List<MemoryEndpoint> endpoints) implements Poller {
        @Override
        public int poll(final long maxWaitNs) {
            int called = 0;
            for (int i = 0; i < endpoints.size(); i++) {
                called += endpoints.get(i).poll();
            }
            return called;
        }

        @Override
        public void wakeup() {
            // The cores take turns.
        }
    }

    /** Connects to a core of a listener for the whole node. */
    public TestClient connect(final int core) {
        return connect(core, ListenerView.ofNode("PLAINTEXT", NODE_ID, "here", 9092));
    }

    public TestClient connect(final int core, final ListenerView listener) {
        final MemoryEndpoint endpoint = new MemoryEndpoint();
        endpoints.get(core).add(endpoint);
        connections.get(core).accept(endpoint, new ApiDispatcher(tables.get(core), listener, quotas.get(core)));
        return new TestClient(this, endpoint);
    }

    /** A topic whose partitions lie on the cores in turn. */
    public TopicImage createTopic(final String name, final int partitions, final Map<String, String> configs) {
        final List<MetadataCommands.Assignment> assignments = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            assignments.add(new MetadataCommands.Assignment(
                    partition, List.of(new MetadataCommands.Replica(NODE_ID, partition % cores.size()))));
        }
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        command(buffer, MetadataCommands.createTopic(buffer, 0, name, -1, -1, assignments, configs, false));
        return cores.get(0).image().topic(name);
    }

    /** What runs beside the cores runs no more, or again. */
    public void holdHousekeeping(final boolean hold) {
        housekeepingHeld = hold;
    }

    /** That core gets no more turns; all do if there is no such core. */
    public void holdCore(final int core) {
        heldCore = core;
    }

    public void deleteTopic(final String name) {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        command(buffer, MetadataCommands.deleteTopic(buffer, 0, name));
    }

    private void command(final ExpandableArrayBuffer buffer, final int length) {
        final AtomicReference<Outcome> result = new AtomicReference<>();
        cores.get(0).commands().send(buffer, 0, length, (outcome, first, second, message) -> {
            if (outcome != Outcome.OK) {
                throw new AssertionError(outcome + ": " + message);
            }
            result.set(outcome);
        });
        await(() -> result.get() != null);
    }

    /** Lets the node work until something is so. */
    public void await(final BooleanSupplier condition) {
        for (int step = 0; !condition.getAsBoolean(); step++) {
            if (step == STEPS_MAX) {
                throw new AssertionError("never came");
            }
            step();
        }
    }

    public void run(final long ms) {
        final long end = time.nanoTime() + ms * 1_000_000;
        while (time.nanoTime() < end) {
            step();
        }
    }

    /** Has every core ask that gate about transactions. */
    public void gate(final TransactionGate gate) {
        produceHandlers.forEach(each -> each.gate(gate));
    }

    /** What an orderly stop begins with. */
    public void endWaits() {
        fetchHandlers.forEach(FetchHandler::endWaits);
    }

    /** One turn of every core. */
    public void step() {
        int work = 0;
        for (int core = 0; core < cores.size(); core++) {
            work += core == heldCore ? 0 : cores.get(core).doWork();
        }
        time.advance(work > 0 ? STEP_NS : 10 * STEP_NS);
    }

    public long nowMs() {
        return time.nanoTime() / 1_000_000;
    }

    public Core core(final int id) {
        return cores.get(id);
    }

    public Connections connections(final int core) {
        return connections.get(core);
    }

    /** Slices that are lent by all cores together. */
    public int lent() {
        int lent = 0;
        for (int core = 0; core < cores.size(); core++) {
            lent += mesh.leases(core).lent();
        }
        return lent;
    }
}
