package io.millrace.tools.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.Commands;
import io.millrace.tools.it.support.KafkaTool.Result;
import io.millrace.tools.it.support.MillraceBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A load that lies on one core of two is seen, and spread by {@code ./run.sh balance}. */
class BalanceIT {
    private static final String TOPIC = "skewed";
    private static final Pattern OWNER = Pattern.compile("\"partition\":(\\d+),\"core\":(\\d+)");

    @BeforeEach
    void shouldBeMillrace() {
        Assumptions.assumeTrue(Brokers.areMillrace(), "skipped: Apache Kafka has no cores");
        Assumptions.assumeTrue(
                Runtime.getRuntime().availableProcessors() >= 2, "skipped: two cores need two processors");
    }

    @Test
    void shouldMoveOneOfTwoHotPartitionsToTheIdleCore() throws Exception {
        try (MillraceBroker broker =
                        MillraceBroker.launch(BrokerOptions.defaults().withCores(2));
                Commands commands = new Commands(broker.bootstrap())) {
            Clients.createTopic(broker, TOPIC, 4);
            final String data = broker.dataDir().toString();
            final List<Integer> hot = onCore(0, commands, data);
            assertThat(hot).hasSize(2);
            final AtomicBoolean stop = new AtomicBoolean();
            final Thread load = new Thread(() -> write(broker, hot, stop), "load");
            load.start();
            try {
                final String stat = commands.outAlone(
                        "stat", "--data-dir", data, "--partitions", "--interval", "4", "--count", "1");
                assertThat(stat).contains("0: " + TOPIC + "-" + hot.getFirst(), "0: " + TOPIC + "-" + hot.getLast());

                final Result proposed = commands.run("balance", "--data-dir", data, "--seconds", "3");
                assertThat(proposed.exitCode()).as(proposed.output()).isZero();
                assertThat(proposed.out().lines().filter(line -> line.startsWith(TOPIC)))
                        .as(proposed.output())
                        .hasSize(1);
                assertThat(proposed.err()).contains("nothing is moved yet");
                assertThat(onCore(0, commands, data)).isEqualTo(hot);

                final Result done = commands.run("balance", "--data-dir", data, "--seconds", "3", "--execute");
                assertThat(done.exitCode()).as(done.output()).isZero();
                assertThat(done.out()).contains("is on core 1 (1 of 1)");
                assertThat(onCore(0, commands, data)).hasSize(1).isSubsetOf(hot);

                TimeUnit.SECONDS.sleep(2);
                final Result again = commands.run("balance", "--data-dir", data, "--seconds", "3");
                assertThat(again.err()).as(again.output()).contains("nothing to do");
            } finally {
                stop.set(true);
                load.join();
            }
        }
    }

    @Test
    void shouldSayWhatIsWrong() {
        try (MillraceBroker broker =
                        MillraceBroker.launch(BrokerOptions.defaults().withCores(2));
                Commands commands = new Commands(broker.bootstrap())) {
            final String data = broker.dataDir().toString();
            assertThat(commands.run("balance", "--data-dir", data, "--seconds", "1")
                            .err())
                    .contains("nothing to do: hardly anything is written or read");
            assertThat(commands.run("balance", "--data-dir", data, "--seconds", "0"))
                    .satisfies(result -> assertThat(result.exitCode()).isEqualTo(2))
                    .satisfies(result -> assertThat(result.err()).contains("--seconds 0: expected"));
            assertThat(commands.run("balance", "--data-dir", data + "/nowhere"))
                    .satisfies(result -> assertThat(result.exitCode()).isEqualTo(1))
                    .satisfies(result -> assertThat(result.err()).contains("no such directory"));
            assertThat(commands.run("move", "--list", "--data-dir", data, "nothing")
                            .err())
                    .contains("no topic nothing");
            assertThat(commands.run("move", "nothing"))
                    .satisfies(result -> assertThat(result.exitCode()).isEqualTo(2));
        }
    }

    private static List<Integer> onCore(final int core, final Commands commands, final String data) {
        final Matcher owner = OWNER.matcher(commands.out("move", "--list", TOPIC, "--json", "--data-dir", data));
        final List<Integer> partitions = new ArrayList<>();
        while (owner.find()) {
            if (Integer.parseInt(owner.group(2)) == core) {
                partitions.add(Integer.parseInt(owner.group(1)));
            }
        }
        return partitions;
    }

    /** The same to each, some hundred batches a second. */
    private static void write(final MillraceBroker broker, final List<Integer> partitions, final AtomicBoolean stop) {
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker, "linger.ms", "0")) {
            while (!stop.get()) {
                for (final int partition : partitions) {
                    producer.send(new ProducerRecord<>(TOPIC, partition, null, new byte[10_000]));
                }
                TimeUnit.MILLISECONDS.sleep(5);
            }
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
