package io.millrace.tools.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.protocol.ApiKeys;

/** The text of docs/compatibility.md. */
public final class CompatibilityReference {
    /** The Java clients that are tried, each with all that its version has. */
    public static final List<String> JAVA_CLIENTS =
            List.of("2.1.1", "2.8.2", "3.0.2", "3.6.2", "3.9.1", "4.0.0", "4.4.0");

    private static final String HEAD = """
            # Compatibility

            <!-- Generated from what a broker advertises and what the tests run, by CompatibilityReferenceIT; do not edit. -->

            Whatever talks to Apache Kafka %s should find here what it finds there. What is served is compared with it request
            by request: the same bytes go to both brokers, in every version, and the answers are compared field by field,
            wordings too (`RequestCompatibilityIT`, `AdministrationCompatibilityIT`); its command line tools print the same
            (`ToolCompatibilityIT`).

            ## Requests

            A dash: not served, and not advertised either; a request closes the connection, as with Apache Kafka. Requests
            between controllers and brokers of Apache Kafka are not listed.

            | key | request | Apache Kafka | Millrace | |
            |---|---|---|---|---|
            """;

    private static final Pattern TOOL =
            Pattern.compile("\"(?!kafka\\.tools\\.)(?:org\\.apache\\.kafka\\.tools\\.|kafka\\.admin\\.)?(?:[a-z]+\\.)*"
                    + "([A-Z][A-Za-z]*(?:Command|Tool|Shell|Performance|Segments|Latency|Resetter)"
                    + "|(?:Console|Verifiable)[A-Za-z]+)\"");

    /** Why not, or what is different; every request that is not served has its reason here. */
    private static final Map<Short, String> NOTES = notes();

    private CompatibilityReference() {}

    private static Map<Short, String> notes() {
        final Map<Short, String> notes = new TreeMap<>();
        note(notes, "No security yet: listeners are plain.", ApiKeys.SASL_HANDSHAKE, ApiKeys.SASL_AUTHENTICATE);
        note(
                notes,
                "No security yet: answered as a broker without an authorizer.",
                ApiKeys.DESCRIBE_ACLS,
                ApiKeys.CREATE_ACLS,
                ApiKeys.DELETE_ACLS);
        note(
                notes,
                "No security yet: refused as on a plain listener.",
                ApiKeys.CREATE_DELEGATION_TOKEN,
                ApiKeys.RENEW_DELEGATION_TOKEN,
                ApiKeys.EXPIRE_DELEGATION_TOKEN,
                ApiKeys.DESCRIBE_DELEGATION_TOKEN);
        note(
                notes,
                "Kept, and used by nothing yet.",
                ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
                ApiKeys.ALTER_USER_SCRAM_CREDENTIALS);
        note(
                notes,
                "Not without a metrics reporter, in Apache Kafka either. Subscriptions are kept.",
                ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS,
                ApiKeys.PUSH_TELEMETRY);
        note(
                notes,
                "Refused as by a broker without a plugin that keeps descriptions; none can be plugged in.",
                ApiKeys.STREAMS_GROUP_TOPOLOGY_DESCRIPTION_UPDATE);
        note(
                notes,
                "One node: a partition moves between its cores, by the ids of cores; by the id of the node it stays."
                        + " kafka-reassign-partitions.sh knows only ids that Metadata shows: it moves through a listener with"
                        + " advertise=core; else ./run.sh move or an admin client do.",
                ApiKeys.ALTER_PARTITION_REASSIGNMENTS);
        note(notes, "One data directory: to stay there is no move.", ApiKeys.ALTER_REPLICA_LOG_DIRS);
        note(
                notes,
                "One node, which cannot leave: kafka-cluster.sh unregister --id 1 is refused, where Apache Kafka forgets the"
                        + " broker that it is sent to.",
                ApiKeys.UNREGISTER_BROKER);
        note(notes, "One node, which cannot leave.", ApiKeys.UNREGISTER_CONTROLLER);
        note(
                notes,
                "The quorum does not change, as with kraft.version 0.",
                ApiKeys.ADD_RAFT_VOTER,
                ApiKeys.REMOVE_RAFT_VOTER);
        return notes;
    }

    private static void note(final Map<Short, String> notes, final String text, final ApiKeys... apis) {
        for (final ApiKeys api : apis) {
            notes.put(api.id, text);
        }
    }

    /**
     * @param before the text as it is: the versions in it of clients that a machine has or has not are those which were
     *               tried when it was written; null to take this machine's
     */
    public static String markdown(final ApiVersionsResponseData advertised, final String before) {
        final StringBuilder text = new StringBuilder(HEAD.formatted(Project.property("kafka.version")));
        for (final ApiKeys api :
                ApiKeys.apisForListener(ListenerType.BROKER).stream().sorted().toList()) {
            final ApiVersion served = advertised.apiKeys().find(api.id);
            final String note = NOTES.getOrDefault(api.id, "");
            if (served == null && note.isEmpty()) {
                throw new IllegalStateException(api + " is not served: say why");
            }
            if (served != null && note.startsWith("No ") && note.endsWith("yet.")) {
                throw new IllegalStateException(api + " is served: take away why it is not");
            }
            text.append("| ").append(api.id).append(" | ").append(api.name).append(" | ");
            final short oldest = api == ApiKeys.PRODUCE ? 0 : api.oldestVersion();
            text.append(versions(oldest, api.latestVersion(false))).append(" | ");
            text.append(served == null ? "–" : versions(served.minVersion(), served.maxVersion()));
            text.append(" | ").append(note).append(" |\n");
        }
        features(text, advertised);
        programs(text, before);
        return text.toString();
    }

    private static String versions(final short from, final short to) {
        return from == to ? Short.toString(from) : from + "–" + to;
    }

    private static void features(final StringBuilder text, final ApiVersionsResponseData advertised) {
        text.append("""

                Produce 0 to 2 are advertised for clients of old that look for them, by Apache Kafka too, and close the connection.

                ## Features

                In force from the first start on, and up to which level; `kafka-features.sh` changes them, within 0 and that level.

                | feature | level |
                |---|---|
                """);
        final TreeMap<String, Short> levels = new TreeMap<>();
        for (final FinalizedFeatureKey feature : advertised.finalizedFeatures()) {
            levels.put(feature.name(), feature.maxVersionLevel());
        }
        levels.forEach((name, level) ->
                text.append("| ").append(name).append(" | ").append(level).append(" |\n"));
        text.append("""

                `kafka-features.sh describe` shows three more of Apache Kafka: `metadata.version` and `kraft.version` are of the records
                that its controllers write and vote with, and there are none here; `eligible.leader.replicas.version` is of replicas
                that may lead though they are not in sync, which one node has not, and has the controller keep a
                `min.insync.replicas` for all brokers, which is a setting as any other here.
                """);
    }

    private static void programs(final StringBuilder text, final String before) {
        text.append("""

                ## Clients and tools

                Each of these is run by a test against a broker; the last ones where they are installed, and last in these versions.

                | what | version |
                |---|---|
                """);
        row(text, "Java client", String.join(", ", JAVA_CLIENTS));
        row(text, "Apache Kafka's tools: " + String.join(", ", tools()), Project.property("kafka.tools.version"));
        row(text, "Kafka Streams, Kafka Connect, MirrorMaker 2", Project.property("kafka.tools.version"));
        row(text, "Spring for Apache Kafka", Project.property("spring.kafka.version"));
        row(text, "kafkajs", Project.property("kafkajs.version"));
        for (final String name : InstalledClients.names()) {
            row(text, name, before == null ? InstalledClients.version(name) : versionIn(before, name));
        }
    }

    private static String versionIn(final String text, final String name) {
        final Matcher row = Pattern.compile("(?m)^\\| " + Pattern.quote(name) + " \\| ([^|]*[0-9][^|]*) \\|$")
                .matcher(text);
        return row.find() ? row.group(1) : "no version: write the text where " + name + " is installed";
    }

    /** The main classes that the sources of the tests name. */
    private static TreeSet<String> tools() {
        final TreeSet<String> tools = new TreeSet<>();
        try (Stream<Path> sources = Files.walk(Project.HOME.resolve("tools/src/test/java/io/millrace/tools/it"))) {
            for (final Path source : sources.filter(Files::isRegularFile).toList()) {
                TOOL.matcher(Files.readString(source)).results().forEach(match -> tools.add(match.group(1)));
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return tools;
    }

    private static void row(final StringBuilder text, final String name, final String version) {
        text.append("| ").append(name).append(" | ").append(version).append(" |\n");
    }
}
