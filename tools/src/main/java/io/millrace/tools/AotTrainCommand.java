package io.millrace.tools;

import io.millrace.engine.settings.BrokerConfig;
import io.millrace.engine.settings.SettingsLoader;
import io.millrace.net.broker.Broker;
import io.millrace.net.broker.BrokerLog;
import io.millrace.net.broker.Processors;
import io.millrace.net.broker.TrainingRun;
import io.millrace.net.kafka.api.ListenerView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** Runs a broker through its first minute, so that what it loads can be kept for faster starts. */
@Command(name = "aot-train", hidden = true, description = "Train the start-up cache; run.sh does it after a build.")
final class AotTrainCommand implements Callable<Integer> {
    private static final List<String> COMMANDS = List.of(
            "topics create trained",
            "produce trained --count 100",
            "topics",
            "topics describe trained",
            "configs topic trained",
            "consume trained --from earliest --count 1",
            "groups offsets training --topic trained --to latest --execute",
            "groups",
            "groups describe training",
            "topics delete trained");

    @Override
    public Integer call() throws IOException {
        final Path data = Files.createTempDirectory("millrace-training");
        try {
            final SettingsLoader loader = new SettingsLoader()
                    .commandLine("num.partitions", Integer.toString(TrainingRun.PARTITIONS))
                    .commandLine("log.cleaner.backoff.ms", Integer.toString(TrainingRun.COMPACTION_BACKOFF_MS))
                    .commandLine("listeners", "PLAINTEXT://127.0.0.1:0")
                    .commandLine("log.dirs", data.toString());
            final BrokerConfig config = BrokerConfig.conclude(loader.load(), "localhost", Processors.allowed(), false);
            final BrokerLog log = new BrokerLog(System.err, BrokerLog.Level.INFO);
            try (Broker broker = Broker.start(config, log, System.out, started -> {})) {
                final ListenerView listener = broker.listeners().getFirst();
                new TrainingRun(listener).run();
                runCommands(listener.hostAt(0) + ":" + listener.portAt(0));
            }
            return 0;
        } finally {
            remove(data);
        }
    }

    /** Most of the time that a small command takes is that of loading Kafka's clients. */
    private static void runCommands(final String bootstrap) {
        for (final String command : COMMANDS) {
            final List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
            arguments.addAll(List.of("--bootstrap", bootstrap));
            Millrace.execute(arguments.toArray(String[]::new));
        }
    }

    private static void remove(final Path folder) throws IOException {
        final List<Path> paths;
        try (Stream<Path> walk = Files.walk(folder)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (final Path path : paths) {
            Files.delete(path);
        }
    }
}
