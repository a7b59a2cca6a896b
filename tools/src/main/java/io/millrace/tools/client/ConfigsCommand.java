package io.millrace.tools.client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaAlteration.Op;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows and changes the settings of a topic, a broker, a group or a subscription to clients' metrics, and quotas. */
@Command(
        name = "configs",
        description =
                "Show the settings of a topic, a broker, a group or clients' metrics that are not the default, or quotas, or"
                        + " change some.",
        footer = {
            "",
            "For example:",
            "  ./run.sh configs topic orders --all",
            "  ./run.sh configs topic orders --set retention.ms=86400000 --unset cleanup.policy",
            "  ./run.sh configs broker 1 --set log.cleaner.threads=2",
            "  ./run.sh configs client-metrics slow --set interval.ms=30000 --set match=client_id=web.*",
            "  ./run.sh configs --entity-type users --entity-name alice --set producer_byte_rate=1000000",
            "  ./run.sh configs --client-defaults --set consumer_byte_rate=5000000 --unset request_percentage",
            "  ./run.sh configs --entity-type ips",
            "",
            ClientCommand.EXIT_CODES
        },
        mixinStandardHelpOptions = true)
public final class ConfigsCommand extends AdminCommand {
    private static final String DEFAULT_BROKER = "default";

    /** What has settings. */
    enum Kind {
        topic(ConfigResource.Type.TOPIC),
        broker(ConfigResource.Type.BROKER),
        group(ConfigResource.Type.GROUP),
        clientMetrics(ConfigResource.Type.CLIENT_METRICS) {
            @Override
            public String toString() {
                return "client-metrics";
            }
        };

        private final ConfigResource.Type type;

        Kind(final ConfigResource.Type type) {
            this.type = type;
        }
    }

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "KIND",
            description = "topic, broker, group or client-metrics.")
    private Kind kind;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "NAME",
            description = "The topic, group or subscription to clients' metrics, or the id of the broker ("
                    + DEFAULT_BROKER + ": what holds for all).")
    private String name;

    @Option(
            names = {"-a", "--all"},
            description = "Defaults too.")
    private boolean all;

    @Option(
            names = {"--set", "--add-config"},
            paramLabel = "K=V",
            description = "Set it; may be repeated.")
    private List<String> sets = new ArrayList<>();

    @Option(
            names = {"--unset", "--delete-config"},
            paramLabel = "K",
            description = "Back to the default; may be repeated.")
    private List<String> unsets = new ArrayList<>();

    @Option(
            names = {"-j", "--json"},
            order = 90,
            description = "One JSON object a line.")
    private boolean json;

    @Option(names = "--alter", hidden = true, description = "As Kafka's tool has it: with --set or --unset.")
    private boolean alters;

    @Option(names = "--describe", hidden = true, description = "As Kafka's tool has it: without them.")
    private boolean describes;

    @Mixin
    private QuotaTarget quotas;

    @Mixin
    private ClientOptions options;

    private Map<String, String> values;
    private List<Op> quotaChanges = List.of();

    @Override
    String title() {
        return "configs";
    }

    @Override
    ClientOptions options() {
        return options;
    }

    @Override
    void validate() {
        if (quotas.isGiven()) {
            if (kind != null) {
                throw new IllegalArgumentException(kind + ": expected either that or quotas of --entity-type");
            }
            quotas.validate();
            sets = splitAtCommas(sets);
            unsets = splitAtCommas(unsets);
        } else if (kind == null || name == null) {
            throw new IllegalArgumentException(
                    "expected KIND and NAME, such as topic orders, or --entity-type users, clients or ips for quotas");
        }
        values = KeyValues.parse("--set", sets);
        unsets = unsets.stream().map(String::strip).toList();
        for (final String key : unsets) {
            if (key.isEmpty() || key.contains("=") || values.containsKey(key)) {
                throw new IllegalArgumentException(
                        "--unset " + key + ": expected the name of a setting that --set does not set");
            }
        }
        final boolean isChange = !values.isEmpty() || !unsets.isEmpty();
        if (alters && !isChange || describes && isChange) {
            throw new IllegalArgumentException(
                    alters ? "--alter: expected --set or --unset" : "--describe: expected neither --set nor --unset");
        }
        if (quotas.isGiven()) {
            quotaChanges = QuotaConfigs.changes(values, unsets);
            if (!quotaChanges.isEmpty()) {
                quotas.entity();
            }
        }
    }

    /** Kafka's tool takes several so. No quota has a comma in it. */
    private static List<String> splitAtCommas(final List<String> texts) {
        return texts.stream().flatMap(text -> Stream.of(text.split(",", -1))).toList();
    }

    private int runQuotas(final Cluster cluster, final Output out) {
        final QuotaConfigs configs = new QuotaConfigs(cluster, out, json);
        if (!quotaChanges.isEmpty()) {
            configs.alter(quotas, quotaChanges);
        } else if (!configs.show(quotas)) {
            out.flush();
            say("no such quotas");
        }
        return 0;
    }

    @Override
    int run(final Cluster cluster, final Output out) {
        if (quotas.isGiven()) {
            return runQuotas(cluster, out);
        }
        checkName(cluster);
        final String resourceName = kind == Kind.broker && name.equals(DEFAULT_BROKER) ? "" : name;
        final ConfigResource resource = new ConfigResource(kind.type, resourceName);
        if (values.isEmpty() && unsets.isEmpty()) {
            show(cluster, out, resource);
        } else {
            alter(cluster, out, resource);
        }
        return 0;
    }

    /** A broker that is not there would be waited for, and a topic's settings be told without its name. */
    private void checkName(final Cluster cluster) {
        if (kind == Kind.topic) {
            cluster.topic(name);
        } else if (kind == Kind.broker && !name.equals(DEFAULT_BROKER)) {
            final Collection<Node> nodes =
                    cluster.get(cluster.admin().describeCluster().nodes());
            if (nodes.stream().noneMatch(node -> node.idString().equals(name))) {
                throw new CommandFailure("no broker " + name + " at " + bootstrap() + ", expected "
                        + nodes.stream().map(Node::idString).sorted().collect(Collectors.joining(", ")) + " or "
                        + DEFAULT_BROKER);
            }
        }
    }

    private void show(final Cluster cluster, final Output out, final ConfigResource resource) {
        final Config config = cluster.get(
                "cannot show " + kind + " " + name + ": ",
                cluster.admin().describeConfigs(List.of(resource)).values().get(resource));
        final Table table = table();
        config.entries().stream()
                .filter(entry -> all || !entry.isDefault())
                .sorted(Comparator.comparing(ConfigEntry::name))
                .forEach(entry -> row(table, entry));
        table.print(out, json);
        if (table.isEmpty()) {
            out.flush();
            say("nothing but defaults for " + kind + " " + name + (all ? "" : " (--all shows them)"));
        }
    }

    private void alter(final Cluster cluster, final Output out, final ConfigResource resource) {
        final List<AlterConfigOp> changes = new ArrayList<>();
        values.forEach((key, value) -> changes.add(new AlterConfigOp(new ConfigEntry(key, value), OpType.SET)));
        unsets.forEach(key -> changes.add(new AlterConfigOp(new ConfigEntry(key, null), OpType.DELETE)));
        cluster.get(
                "cannot change " + kind + " " + name + ": ",
                cluster.admin()
                        .incrementalAlterConfigs(Map.of(resource, changes))
                        .all());
        for (final AlterConfigOp change : changes) {
            final String key = change.configEntry().name();
            final String value = change.configEntry().value();
            if (json) {
                out.line(Json.of(Json.object("setting", key, "value", value)));
            } else {
                out.line(kind + " " + name + ": " + key + (value == null ? " back to the default" : "=" + value));
            }
        }
    }

    static Table table() {
        return new Table("setting", "value", "source");
    }

    static void row(final Table table, final ConfigEntry entry) {
        table.row(
                entry.name(),
                entry.isSensitive() ? "(secret)" : entry.value(),
                entry.source()
                        .name()
                        .toLowerCase(Locale.ROOT)
                        .replace("_config", "")
                        .replace('_', '-'));
    }
}
