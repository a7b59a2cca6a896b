package io.millrace.tools.it.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.ApacheKafkaBroker;
import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;

/** Two brokers that are set up alike and asked alike: Apache Kafka, and the one that the suite is about. */
final class Comparison implements AutoCloseable {
    private final BrokerUnderTest kafka;
    private final BrokerUnderTest broker;
    private final Party reference;
    private final Party subject;

    private Comparison(final BrokerUnderTest kafka, final BrokerUnderTest broker) {
        this.kafka = kafka;
        this.broker = broker;
        reference = new Party(kafka);
        subject = new Party(broker);
    }

    static Comparison launch() {
        final BrokerUnderTest kafka = ApacheKafkaBroker.launch(BrokerOptions.defaults());
        // As the reference is set up.
        final BrokerUnderTest broker = Brokers.launch(BrokerOptions.defaults()
                .with("node.id", "1")
                .with("offsets.topic.replication.factor", "1")
                .with("transaction.state.log.replication.factor", "1")
                .with("transaction.state.log.min.isr", "1")
                .with("share.coordinator.state.topic.replication.factor", "1")
                .with("share.coordinator.state.topic.min.isr", "1"));
        return new Comparison(kafka, broker);
    }

    /** The reference first. */
    List<BrokerUnderTest> brokers() {
        return List.of(kafka, broker);
    }

    void each(final Consumer<Party> action) {
        action.accept(reference);
        action.accept(subject);
    }

    /** One test for each version of each script. */
    Stream<DynamicContainer> tests(final List<Script> scripts) {
        return scripts.stream()
                .map(script -> DynamicContainer.dynamicContainer(
                        script.api().name,
                        IntStream.rangeClosed(script.from(), script.to())
                                .mapToObj(version ->
                                        DynamicTest.dynamicTest("v" + version, () -> play(script, version)))));
    }

    private void play(final Script script, final int version) throws IOException {
        final Twins twins = new Twins(subject, reference, version);
        script.play().run(twins);
        keepAnswers(script, twins);
        assertThat(twins.differences())
                .as("%d questions of %s v%d", twins.asked(), script.api().name, version)
                .isEmpty();
        assertThat(twins.asked()).isPositive();
    }

    /** With -Dmillrace.it.answers=FOLDER, what the reference said is kept for people to look things up in. */
    private static void keepAnswers(final Script script, final Twins twins) throws IOException {
        final String folder = System.getProperty("millrace.it.answers");
        if (folder != null) {
            Files.createDirectories(Path.of(folder));
            Files.write(Path.of(folder, script.api().name + "-v" + twins.version() + ".txt"), twins.answers());
        }
    }

    @Override
    public void close() {
        broker.close();
        kafka.close();
    }
}
