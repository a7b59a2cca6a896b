package io.millrace.perf.workload;

import io.millrace.perf.client.OpenLoop;
import io.millrace.perf.client.Requests;
import io.millrace.perf.server.Durability;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The one table of workloads. Kafka's own settings stand here where its defaults would be an unfair comparison. */
public final class Workloads {
    /** Kafka pre-zeroes mapped index files of 10 MB; a machine with large read-ahead pays for that, not for Kafka. */
    private static final Map<String, String> SMALL_INDEXES = Map.of("log.index.size.max.bytes", "65536");

    private static final Map<String, String> NO_SETTINGS = Map.of();
    private static final int[] SIZES = {100, 500, 1_000, 5_000, 10_000, 100_000};
    private static final int[] BUSY_PARTITIONS = {1, 100, 1_000};

    private static final List<Workload> ALL = table();

    private Workloads() {}

    public static List<Workload> all() {
        return ALL;
    }

    public static Optional<Workload> find(final String name) {
        return ALL.stream().filter(workload -> workload.name().equals(name)).findFirst();
    }

    private static List<Workload> table() {
        final List<Workload> table = new ArrayList<>();
        addProducers(table);
        addRequests(table);
        addPartitions(table);
        table.add(new ManyConnections());
        addGroups(table);
        table.add(new StartUp());
        table.add(new Restart());
        table.add(new Idle());
        return List.copyOf(table);
    }

    private static void addProducers(final List<Workload> table) {
        table.add(java(
                "java-1k",
                "1 KB, acks=all, idempotent, 4 producers, 8 partitions, batch 64 KB, linger 5 ms",
                4,
                8,
                1_000,
                NO_SETTINGS,
                Map.of("acks", "all", "batch.size", "65536", "linger.ms", "5")));
        table.add(java(
                "java-100b-lz4",
                "100 B, acks=1, 16 producers, 8 partitions, batch 1 MB, linger 15 ms, lz4",
                16,
                8,
                100,
                NO_SETTINGS,
                Map.of(
                        "acks",
                        "1",
                        "enable.idempotence",
                        "false",
                        "batch.size",
                        "1000000",
                        "linger.ms",
                        "15",
                        "compression.type",
                        "lz4")));
    }

    private static void addRequests(final List<Workload> table) {
        table.add(new RawProduce(
                "raw-60k",
                "60 records of 1 KB a request, acks=all, 4 connections, 5 in flight, 4 partitions",
                Durability.OS,
                new Requests.Plan("raw", 4, 4, 5, 60, 1_000)));
        table.add(new RawProduce(
                "raw-tiny",
                "one record of 100 B a request, acks=all, 32 connections, 1 in flight, 8 partitions",
                Durability.OS,
                new Requests.Plan("raw", 8, 32, 1, 1, 100)));
        table.add(new EndToEnd(
                "e2e-10k",
                "10,000/s of 1 KB, acks=all, linger 1 ms, 4 partitions, from the intended time of sending",
                4,
                new OpenLoop.Plan(10_000, 1_000, Map.of("acks", "all", "linger.ms", "1"))));
        table.add(new EndToEnd(
                "e2e-1k",
                "1,000/s of 100 B, acks=all, linger 0, 1 partition, from the intended time of sending",
                1,
                new OpenLoop.Plan(1_000, 100, Map.of("acks", "all", "linger.ms", "0"))));
        table.add(new ReadBack());
        table.add(new ReadCold());
        table.add(new ColdReader());
    }

    private static void addPartitions(final List<Workload> table) {
        for (final int partitions : new int[] {1, 1_000}) {
            table.add(java(
                    "partitions-" + partitions,
                    "1 KB, acks=all, 4 producers, " + partitions + " partitions, batch 16 KB, linger 10 ms",
                    4,
                    partitions,
                    1_000,
                    SMALL_INDEXES,
                    Map.of("acks", "all", "batch.size", "16384", "linger.ms", "10")));
        }
        table.add(java(
                "omb-100",
                "1 KB, acks=all, 4 producers, 1 topic of 100 partitions, batch 128 KB, linger 1 ms",
                4,
                100,
                1_000,
                SMALL_INDEXES,
                Map.of("acks", "all", "batch.size", "131072", "linger.ms", "1")));
        for (final int size : SIZES) {
            table.add(java(
                    "size-" + size,
                    size + " B, acks=all, 4 producers, 8 partitions, batch 128 KB, linger 5 ms",
                    4,
                    8,
                    size,
                    NO_SETTINGS,
                    Map.of("acks", "all", "batch.size", "131072", "linger.ms", "5")));
        }
        table.add(fsync("fsync", 8, 4));
        for (final int partitions : BUSY_PARTITIONS) {
            table.add(fsync("fsync-" + partitions, 8, partitions));
        }
    }

    private static void addGroups(final List<Workload> table) {
        table.add(new GroupCosts("group-heartbeat", "heartbeats of 64 members, each with one in flight", false, 64, 1));
        table.add(new GroupCosts("group-heartbeat-8", "heartbeats of 8 members, each with 8 in flight", false, 8, 8));
        table.add(new GroupCosts("group-commit", "offset commits of 64 members, each with one in flight", true, 64, 1));
        table.add(new GroupCosts("group-commit-8", "offset commits of 8 members, each with 8 in flight", true, 8, 8));
        table.add(new ManyGroups());
    }

    private static Workload java(
            final String name,
            final String description,
            final int producers,
            final int partitions,
            final int recordBytes,
            final Map<String, String> settings,
            final Map<String, String> properties) {
        return new JavaProduce(new JavaProduce.Plan(
                name, description, Durability.OS, producers, partitions, recordBytes, properties, settings));
    }

    private static Workload fsync(final String name, final int producers, final int partitions) {
        return new JavaProduce(new JavaProduce.Plan(
                name,
                "1 KB, acks=all on the disk, " + producers + " producers, " + partitions
                        + " partitions, batch 64 KB, linger 0",
                Durability.FSYNC,
                producers,
                partitions,
                1_000,
                Map.of("acks", "all", "batch.size", "65536", "linger.ms", "0"),
                SMALL_INDEXES));
    }
}
