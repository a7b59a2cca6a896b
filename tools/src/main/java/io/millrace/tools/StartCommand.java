package io.millrace.tools;

import io.millrace.engine.settings.SettingException;
import io.millrace.engine.settings.SettingsLoader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts one broker and stays in the foreground until it is told to stop. */
@Command(
        name = "start",
        description = "Start one broker in the foreground; Ctrl-C or SIGTERM stops it cleanly.",
        mixinStandardHelpOptions = true)
final class StartCommand implements Callable<Integer> {
    @Option(names = "--host", paramLabel = "H", description = "Address to listen on (default: 127.0.0.1).")
    String host;

    @Option(names = "--port", paramLabel = "P", description = "Kafka port (default: 9092); in core mode P, P+1, ….")
    Integer port;

    @Option(names = "--data-dir", paramLabel = "D", description = "Where batches are kept (default: ./data).")
    Path dataDir;

    @Option(
            names = {"--node-id", "--broker-id"},
            paramLabel = "N",
            description = "This node's id (default: 1).")
    Integer nodeId;

    @Option(
            names = "--cores",
            paramLabel = "COUNT|LIST",
            description =
                    "How many cores, or which processors, such as 0,2-3 (default: one for each physical core that it may "
                            + "run on).")
    String cores;

    @Option(
            names = "--advertise",
            paramLabel = "node|core",
            description = "One port for the node or one for each core (default: node).")
    String advertise;

    @Option(
            names = "--durability",
            paramLabel = "os|fsync",
            description = "What an acknowledgement promises (default: fsync).")
    String durability;

    @Option(names = "--idle", paramLabel = "park|spin", description = "What a core does without work (default: park).")
    String idle;

    @Option(names = "--log-level", paramLabel = "L", description = "error, warn, info, debug or trace (default: info).")
    String logLevel;

    @Option(names = "--pid-file", paramLabel = "F", description = "Write the process id here.")
    Path pidFile;

    @Option(names = "--config", paramLabel = "FILE", description = "Settings as in Kafka's server.properties.")
    Path config;

    @Option(names = "--set", paramLabel = "key=value", description = "One setting by name; may be repeated.")
    Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--force", description = "Allow settings that this machine is too small for.")
    boolean force;

    @Override
    public Integer call() {
        final BrokerLauncher launcher = new BrokerLauncher(System.out, System.err, force, pidFile);
        return launcher.run(this::load);
    }

    private SettingsLoader load() {
        final SettingsLoader loader = new SettingsLoader();
        if (config != null) {
            loader.file(config.toString(), PropertiesFile.read(config));
        }
        loader.environment(System.getenv());
        settings.forEach(loader::commandLine);
        give(loader, "log.dirs", dataDir);
        give(loader, "node.id", nodeId);
        give(loader, "millrace.cores", cores);
        give(loader, "millrace.durability", durability);
        give(loader, "millrace.idle", idle);
        give(loader, "millrace.log.level", logLevel);
        onlyOnce("listeners", host != null || port != null);
        onlyOnce("listener.name.plaintext.advertise", advertise != null);
        return loader.listener(host, port, advertise);
    }

    private void give(final SettingsLoader loader, final String name, final Object value) {
        onlyOnce(name, value != null);
        if (value != null) {
            loader.commandLine(name, value.toString());
        }
    }

    private void onlyOnce(final String name, final boolean byOption) {
        if (byOption && settings.containsKey(name)) {
            throw new SettingException(
                    name + " is given twice on the command line: by --set and by an option of its own");
        }
    }
}
