package io.millrace.tools.client;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads a topic, or one partition of it, to standard output. */
@Command(
        name = "consume",
        description = {
            "Read a topic, or one partition of it: the value of each record and a newline to standard output.",
            "It ends at the end that the topic had when it began; --follow waits for what comes."
        },
        footer = {
            "",
            "For example:",
            "  ./run.sh consume demo --from earliest",
            "  ./run.sh consume demo:0 --from 4711 --count 10 --offsets --keys",
            "  ./run.sh consume demo --from 15m --follow --json",
            "",
            "Exit code: 0 all read, also if nobody reads the output any more, 1 it could not go on, 2 a mistake in the"
                    + " options."
        },
        mixinStandardHelpOptions = true)
public final class ConsumeCommand extends ClientCommand {
    private static final int POLL_RECORDS_MAX = 5_000;

    @Parameters(paramLabel = "TOPIC[:P]", description = "The topic, or one of its partitions.")
    private String topic;

    @Option(
            names = "--from",
            paramLabel = "WHERE",
            description = "earliest, latest (the default), an offset, a time (2026-01-31T12:00Z), or so long ago (15m,"
                    + " 2h, 7d).")
    private String from;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "End after so many records.")
    private long count = Long.MAX_VALUE;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what comes, until Ctrl-C.")
    private boolean follow;

    @Option(
            names = {"-g", "--group"},
            paramLabel = "G",
            description = "As a member of this group: from where it has come to, and committing what was written out.")
    private String group;

    @Option(names = "--offsets", description = "Partition and offset before each value, with tabs between.")
    private boolean offsets;

    @Option(names = "--headers", description = "Headers before each value, as k=v,k=v.")
    private boolean headers;

    @Option(
            names = {"-k", "--keys"},
            description = "The key before each value.")
    private boolean keys;

    @Option(names = "--committed", description = "Of transactions, only what was committed.")
    private boolean committed;

    @Option(
            names = {"-j", "--json"},
            order = 90,
            description = "One JSON object a record, with all there is.")
    private boolean json;

    @Mixin
    private ClientOptions options;

    private Target target;
    private StartPoint start;

    @Override
    String title() {
        return "consume";
    }

    @Override
    ClientOptions options() {
        return options;
    }

    @Override
    void validate() {
        target = Target.parse("TOPIC", topic);
        start = StartPoint.parse("--from", from == null ? "latest" : from, System.currentTimeMillis());
        if (count < 1) {
            throw new IllegalArgumentException("--count " + count + ": expected 1 or more");
        }
        if (group != null && (group.isEmpty() || target.partition() >= 0)) {
            throw new IllegalArgumentException(
                    "--group '" + group + "' of " + topic + ": expected a name, and a topic without a partition");
        }
        if (group != null && start.kind() != StartPoint.Kind.EARLIEST && start.kind() != StartPoint.Kind.LATEST) {
            throw new IllegalArgumentException("--from " + from + ": expected earliest or latest with --group"
                    + " (./run.sh groups offsets sets what the group has committed)");
        }
    }

    @Override
    int run(final Output out) {
        final List<TopicPartition> partitions;
        final Map<TopicPartition, Long> starts;
        try (Cluster cluster = new Cluster(this)) {
            partitions = target.partitions(cluster);
            starts = group == null ? starts(cluster, partitions) : Map.of();
        }
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            tell();
            final ConsumeRun run = new ConsumeRun(
                    consumer,
                    bootstrap(),
                    new RecordPrinter(out, offsets, headers, keys, json),
                    follow ? null : consumer.endOffsets(partitions),
                    count);
            return group == null ? run.assigned(starts) : run.subscribed(target.topic());
        }
    }

    /** An offset before the first record means the first record. */
    private Map<TopicPartition, Long> starts(final Cluster cluster, final List<TopicPartition> partitions) {
        final Map<TopicPartition, Long> first = cluster.offsets(partitions, OffsetSpec.earliest());
        final Map<TopicPartition, Long> ends = cluster.offsets(partitions, OffsetSpec.latest());
        final Map<TopicPartition, Long> starts = start.resolve(cluster, first, ends);
        if (target.partition() >= 0) {
            final TopicPartition only = partitions.getFirst();
            if (starts.get(only) > ends.get(only)) {
                throw new CommandFailure("--from " + from + ": expected " + first.get(only) + " to " + ends.get(only)
                        + " for partition " + target.partition() + " of " + target.topic());
            }
        }
        starts.replaceAll((partition, offset) -> Math.max(offset, first.get(partition)));
        return starts;
    }

    private void tell() {
        if (group != null && from == null) {
            say("from where group " + group + " has come to, where it has not begun from latest (--from earliest)");
        } else if (from == null) {
            say("from latest" + (follow ? "" : " to the end, which is nothing: --follow waits for what comes")
                    + " (--from earliest reads what is there)");
        }
    }

    private Map<String, Object> settings() {
        final Map<String, Object> settings = options.settings();
        settings.put("enable.auto.commit", "false");
        settings.put("allow.auto.create.topics", "false");
        settings.put("max.poll.records", (int) Math.min(count, POLL_RECORDS_MAX));
        settings.put("isolation.level", committed ? "read_committed" : "read_uncommitted");
        // Without a group: what retention took away while it was read is passed over.
        settings.put(
                "auto.offset.reset", group != null && start.kind() == StartPoint.Kind.LATEST ? "latest" : "earliest");
        if (group != null) {
            settings.put("group.id", group);
        } else {
            settings.remove("group.id");
        }
        return settings;
    }
}
