import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindows;

/**
 * Word count, windowed sum, a join of two tables and one of a stream with a table, each update written once:
 * {@code Streams <bootstrap> <application id> <state directory> [setting=value]…}. Says "running" and "stopped".
 */
public final class Streams {
    private static final Serde<String> TEXT = Serdes.String();
    private static final Serde<Long> NUMBER = Serdes.Long();

    public static void main(final String[] arguments) throws InterruptedException {
        final Properties settings = new Properties();
        settings.put("bootstrap.servers", arguments[0]);
        settings.put("application.id", arguments[1]);
        settings.put("state.dir", arguments[2]);
        settings.put("processing.guarantee", "exactly_once_v2");
        settings.put("statestore.cache.max.bytes", "0");
        settings.put("commit.interval.ms", "100");
        settings.put("num.stream.threads", "2");
        settings.put("consumer.auto.offset.reset", "earliest");
        settings.put("producer.transaction.timeout.ms", "6000");
        Arrays.stream(arguments).skip(3).map(s -> s.split("=", 2)).forEach(s -> settings.put(s[0], s[1]));
        if (!"streams".equals(settings.get("group.protocol"))) {
            // Of streams groups the broker decides.
            settings.put("consumer.session.timeout.ms", "6000");
            settings.put("consumer.heartbeat.interval.ms", "500");
        }

        final StreamsBuilder builder = new StreamsBuilder();
        countWords(builder);
        sumInWindows(builder);
        joinTables(builder);
        final KafkaStreams streams = new KafkaStreams(builder.build(), settings);
        final CountDownLatch stopped = new CountDownLatch(1);
        streams.setUncaughtExceptionHandler(e -> {
            System.out.println("failed: " + e);
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
        streams.setStateListener((now, before) -> {
            System.out.println(now.toString().toLowerCase());
            if (now.hasCompletedShutdown()) {
                stopped.countDown();
            }
        });
        Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(20))));
        streams.start();
        stopped.await();
    }

    private static void countWords(final StreamsBuilder builder) {
        builder.stream("lines", Consumed.with(TEXT, TEXT))
                .flatMapValues(line -> Arrays.asList(line.split(" ")))
                .groupBy((key, word) -> word, Grouped.with(TEXT, TEXT))
                .count(Materialized.as("counts"))
                .toStream()
                .to("word-counts", Produced.with(TEXT, NUMBER));
    }

    /** Of amounts in windows of a second, by the records' own time. */
    private static void sumInWindows(final StreamsBuilder builder) {
        builder.stream("amounts", Consumed.with(TEXT, NUMBER))
                .groupByKey(Grouped.with(TEXT, NUMBER))
                .windowedBy(TimeWindows.ofSizeWithNoGrace(Duration.ofSeconds(1)))
                .reduce(Long::sum, Materialized.as("sums"))
                .toStream()
                .map((window, sum) -> KeyValue.pair(window.key() + "@" + window.window().start(), sum))
                .to("window-sums", Produced.with(TEXT, NUMBER));
    }

    private static void joinTables(final StreamsBuilder builder) {
        final var customers = builder.table("customers", Consumed.with(TEXT, TEXT));
        final var limits = builder.table("limits", Consumed.with(TEXT, NUMBER));
        customers.join(limits, (customer, limit) -> customer + " may " + limit)
                .toStream()
                .to("customer-limits", Produced.with(TEXT, TEXT));
        final KStream<String, String> orders = builder.stream("orders", Consumed.with(TEXT, TEXT));
        orders.join(customers, (order, customer) -> order + " by " + customer)
                .to("customer-orders", Produced.with(TEXT, TEXT));
    }
}
