package io.millrace.net.broker;

import io.millrace.engine.journal.Journal;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.settings.BrokerConfig;
import io.millrace.engine.settings.BrokerSettings;
import io.millrace.engine.settings.Durability;
import io.millrace.net.kafka.api.ListenerView;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** What the operator sees before the broker is ready: where it listens, what an ack means, and a first try. */
final class StartSummary {
    private static final long MIB = 1024 * 1024;

    private final BrokerConfig config;
    private final NodeIdentity identity;
    private final Path data;
    private final MetadataImage image;
    private final String transport;
    private final boolean pinned;

    StartSummary(
            final BrokerConfig config,
            final NodeIdentity identity,
            final Path data,
            final MetadataImage image,
            final String transport,
            final boolean pinned) {
        this.config = config;
        this.identity = identity;
        this.data = data;
        this.image = image;
        this.transport = transport;
        this.pinned = pinned;
    }

    void print(final PrintStream out, final List<ListenerView> views) {
        out.println("Millrace node " + identity.nodeId() + " of cluster " + identity.clusterId());
        for (final ListenerView view : views) {
            out.println("  listens on  " + describe(view));
        }
        out.println("  data        " + data + " (" + counted(image.topicCount(), "topic") + ", "
                + counted(image.partitionCount(), "partition") + ")");
        out.println("  durability  " + durability());
        out.println("  memory      " + config.coreMemoryBytes() / MIB + " MiB a core for requests and answers, "
                + journal() + "heap up to " + Runtime.getRuntime().maxMemory() / MIB + " MiB");
        out.println("  cores       " + cores());
        out.println("  sockets     " + transport);
        final String address =
                views.getFirst().hostAt(0) + ":" + views.getFirst().portAt(0);
        out.println("  try it      echo hello | kcat -P -b " + address + " -t demo");
        out.println("              kcat -C -b " + address + " -t demo -p 0 -o beginning -e");
        out.println(
                "  or          echo hello | kafka-console-producer.sh --bootstrap-server " + address + " --topic demo");
        out.println("              kafka-console-consumer.sh --bootstrap-server " + address
                + " --topic demo --partition 0 --offset earliest");
    }

    private static String counted(final int count, final String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    static String describe(final ListenerView view) {
        if (!view.isPerCore()) {
            return view.name() + "://" + view.hostAt(0) + ":" + view.portAt(0);
        }
        final StringBuilder ports = new StringBuilder();
        for (int i = 0; i < view.brokerCount(); i++) {
            ports.append(i == 0 ? "" : ",").append(view.portAt(i));
        }
        return view.name() + "://" + view.hostAt(0) + ":" + ports + " (a broker for each core)";
    }

    private String durability() {
        return config.durability() == Durability.FSYNC
                ? "fsync: an ack means that the batch is on the disk and outlives a power loss"
                : "os: an ack means that the batch is in the page cache: it outlives a crash of the broker, not a power"
                        + " loss";
    }

    private String journal() {
        final long bytes = Journal.memoryBytesMax(config.settings().longOf(BrokerSettings.JOURNAL_BYTES));
        return bytes == 0 ? "" : "up to " + Math.ceilDiv(bytes, MIB) + " MiB for its journal, ";
    }

    private String cores() {
        final String processors =
                config.processors().stream().map(String::valueOf).collect(Collectors.joining(", "));
        return config.coreCount()
                + (pinned ? ", pinned to processors " : ", NOT pinned, meant for processors ")
                + processors
                + " ("
                + config.placement().reason()
                + ")"
                + (config.spins() ? "; spinning when idle" : "; asleep when idle");
    }
}
