package io.millrace.tools.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the lines of standard input, or a load of made-up records, to a topic. */
@Command(
        name = "produce",
        description = {
            "Write each line of standard input as a record; or, with --count, so many made-up records as a load.",
            "It ends when all are acknowledged, and says how many; what was not, it names by its line."
        },
        footer = {
            "",
            "For example:",
            "  echo hello | ./run.sh produce demo",
            "  ./run.sh produce prices --key-separator : <prices.txt",
            "  ./run.sh produce demo --count 1000000 --size 200 --rate 50000",
            "",
            "Exit code: 0 all acknowledged, 1 something was not, 2 a mistake in the options."
        },
        mixinStandardHelpOptions = true)
public final class ProduceCommand extends ClientCommand {
    private static final int RECORD_BYTES_MAX = 32 * 1024 * 1024;
    private static final int SIZE = 100;
    private static final int DELIVERY_MS_MIN = 30_000;
    private static final List<String> ACKS = List.of("0", "1", "all", "-1");
    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

    @Parameters(paramLabel = "TOPIC", description = "The topic; most brokers make one that is not there.")
    private String topic;

    @Option(
            names = {"-k", "--key-separator"},
            paramLabel = "TEXT",
            description = "What stands between key and value in each line (default: lines have no key).")
    private String keySeparator;

    @Option(names = "--header", paramLabel = "K=V", description = "A header of each record; may be repeated.")
    private List<String> headers = new ArrayList<>();

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "P",
            description = "All to this partition (default: by key, or spread).")
    private Integer partition;

    @Option(names = "--acks", paramLabel = "0|1|all", description = "Who must have it (default: all).")
    private String acks;

    @Option(
            names = {"-z", "--compression"},
            paramLabel = "CODEC",
            description = "none, gzip, snappy, lz4 or zstd (default: none).")
    private String compression;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "So many made-up records instead of standard input.")
    private Long count;

    @Option(names = "--size", paramLabel = "BYTES", description = "Of each made-up value (default: 100).")
    private Integer size;

    @Option(names = "--rate", paramLabel = "R", description = "So many a second (default: as many as go).")
    private Integer rate;

    @Option(
            names = {"-j", "--json"},
            order = 90,
            description = "The summary as a JSON object, on standard output.")
    private boolean json;

    @Mixin
    private ClientOptions options;

    private final List<RecordHeader> recordHeaders = new ArrayList<>();

    @Override
    String title() {
        return "produce";
    }

    @Override
    ClientOptions options() {
        return options;
    }

    @Override
    void validate() {
        KeyValues.parse("--header", headers)
                .forEach((key, value) ->
                        recordHeaders.add(new RecordHeader(key, value.getBytes(StandardCharsets.UTF_8))));
        expect(acks == null || ACKS.contains(acks), "--acks " + acks + ": expected 0, 1 or all");
        expect(
                compression == null || CODECS.contains(compression),
                "--compression " + compression + ": expected one of " + String.join(", ", CODECS));
        expect(partition == null || partition >= 0, "--partition " + partition + ": expected 0 or more");
        expect(count == null || count > 0, "--count " + count + ": expected 1 or more");
        expect(size == null || size >= 0 && size < RECORD_BYTES_MAX, "--size " + size + ": expected 0 to 32 MB");
        expect(rate == null || rate > 0, "--rate " + rate + ": expected 1 or more a second");
        expect(count != null || size == null && rate == null, "--size and --rate: expected --count too");
        expect(count == null || keySeparator == null, "--key-separator: expected without --count");
        expect(keySeparator == null || !keySeparator.isEmpty(), "--key-separator: expected at least one character");
    }

    private static void expect(final boolean holds, final String mistake) {
        if (!holds) {
            throw new IllegalArgumentException(mistake);
        }
    }

    @Override
    int run(final Output out) throws IOException {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings(), new ByteArraySerializer(), new ByteArraySerializer())) {
            check(producer);
            return count == null ? lines(producer, out) : load(producer, out);
        }
    }

    private int lines(final KafkaProducer<byte[], byte[]> producer, final Output out) throws IOException {
        final Delivery delivery = new Delivery(bootstrap(), this::say, System.nanoTime());
        return end(out, delivery, run(producer, delivery).lines(System.in, keySeparator));
    }

    /** Stopped early, it still says what it came to. */
    private int load(final KafkaProducer<byte[], byte[]> producer, final Output out) {
        final Delivery delivery = new Delivery(bootstrap(), this::say, System.nanoTime());
        try (Interruption interruption = new Interruption(() -> {})) {
            final boolean complete = run(producer, delivery)
                    .load(count, size == null ? SIZE : size, rate == null ? 0 : rate, interruption::isAsked);
            return end(out, delivery, complete);
        }
    }

    private ProduceRun run(final KafkaProducer<byte[], byte[]> producer, final Delivery delivery) {
        return new ProduceRun(producer, delivery, this::record, this::say);
    }

    private int end(final Output out, final Delivery delivery, final boolean complete) {
        final long nowNs = System.nanoTime();
        System.err.println(delivery.summary(!"0".equals(acks), nowNs));
        if (json) {
            out.line(Json.of(delivery.object(nowNs)));
            out.flush();
        }
        return complete && delivery.failedCount() == 0 ? 0 : FAILED;
    }

    private ProducerRecord<byte[], byte[]> record(final byte[] key, final byte[] value) {
        final ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, partition, key, value);
        recordHeaders.forEach(record.headers()::add);
        return record;
    }

    /** Asked once, what every record would wait for; makes the topic, where the broker does so. */
    private void check(final KafkaProducer<byte[], byte[]> producer) {
        try {
            final List<PartitionInfo> partitions = producer.partitionsFor(topic);
            if (partition != null && partition >= partitions.size()) {
                throw new CommandFailure(
                        "no partition " + partition + " of " + topic + ": expected 0 to " + (partitions.size() - 1));
            }
        } catch (final InvalidTopicException invalid) {
            throw new CommandFailure("no topic can be called '" + topic + "'", invalid);
        } catch (final TimeoutException absent) {
            try (Cluster cluster = new Cluster(this)) {
                cluster.topic(topic);
            }
            throw absent;
        }
    }

    private Map<String, Object> settings() {
        final int timeoutMs = bootstrap().timeoutSeconds() * 1000;
        final Map<String, Object> settings = options.settings();
        settings.putIfAbsent("max.block.ms", timeoutMs);
        settings.putIfAbsent("delivery.timeout.ms", Math.max(DELIVERY_MS_MIN, 2 * timeoutMs));
        if (acks != null) {
            settings.put("acks", acks);
        }
        if (compression != null) {
            settings.put("compression.type", compression);
        }
        return settings;
    }
}
