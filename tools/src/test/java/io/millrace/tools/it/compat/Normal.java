package io.millrace.tools.it.compat;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.Uuid;

/** Takes out of an answer what two brokers rightly answer differently: ids, ports, folders, times, wordings. */
final class Normal {
    private static final Pattern TIMES = Pattern.compile(".*(logAppendTimeMs|Timestamp)$");
    private static final Pattern SIZES = Pattern.compile(".*(partitionSize|totalBytes|usableBytes)$");
    private static final Pattern OWN = Pattern.compile("(.*\\.)?(port|logDir|clusterId|sessionId|producerId)$");
    /** What is served and finalized is a matter of the version; each entry that is there must agree. */
    private static final Pattern SUBSET = Pattern.compile(
            "(apiKeys|supportedFeatures|finalizedFeatures|finalizedFeaturesEpoch|.*(configs|configEntries))(\\[.*|\\.size)?$");

    private static final Pattern WORDING = Pattern.compile(".*\\.documentation$");
    private static final Pattern CONFIG = Pattern.compile("(.*(?:configs|configEntries)\\[[^]]*\\])\\..*");
    /** Of timestamps; it moves with the clock. */
    private static final Pattern RANGE = Pattern.compile("should be within \\[[^]]*\\]");

    /** Kafka's controller sets it for all brokers by itself once eligible leader replicas (KIP-966) are finalized. */
    private static final Pattern MIN_INSYNC_SOURCE =
            Pattern.compile(".*configs\\[min\\.insync\\.replicas\\]\\.(configSource|synonyms.*\\.source)$");

    private static final Pattern MIN_INSYNC_SYNONYMS =
            Pattern.compile(".*configs\\[min\\.insync\\.replicas\\]\\.synonyms.*");

    /** What a node of its own needs, and one that is combined of broker and controller; and our sockets' defaults. */
    private static final Pattern DEPLOYMENT = Pattern.compile(
            ".*configs\\[(advertised\\.listeners|listeners|process\\.roles"
                    + "|socket\\.listen\\.backlog\\.size|socket\\.(receive|send)\\.buffer\\.bytes"
                    + "|listener\\.security\\.protocol\\.map|controller\\..*|log\\.dir)\\]\\.(value|configSource|readOnly|synonyms.*)$");

    /** Of the metadata's log, which has entries of another kind here, and no listener of its own. */
    private static final Pattern QUORUM = Pattern.compile(
            "topics\\[__cluster_metadata\\]\\.partitions\\[0\\]\\.(.*logEndOffset|highWatermark|leaderEpoch)"
                    + "|nodes\\[1\\]\\.listeners\\[.*");

    private static final Pattern CLUSTER_ID = Pattern.compile("cluster id \"[^\"]*\"");
    private static final Set<String> NOTHING = Set.of("-1", "0", "null", "");
    private static final Pattern ADDRESS = Pattern.compile("127\\.0\\.0\\.1:\\d+");

    private Normal() {}

    static Map<String, String> of(final Party party, final Map<String, String> fields) {
        final Map<String, String> normal = new TreeMap<>();
        fields.forEach((path, value) -> {
            final String named = names(party, path);
            normal.put(named, value(party, named, value));
        });
        return normal;
    }

    private static String names(final Party party, final String text) {
        String named = text;
        for (final Map.Entry<String, Uuid> topic : party.topicIds().entrySet()) {
            if (named.contains(topic.getValue().toString())) {
                named = named.replace(topic.getValue().toString(), "id of " + topic.getKey());
            }
        }
        return named.replace(party.broker().dataDir().toString(), "(data)");
    }

    private static String value(final Party party, final String path, final String value) {
        if (path.endsWith("topicId") && !value.equals(Uuid.ZERO_UUID.toString())) {
            final String named = names(party, value);
            return named.equals(value) ? "(an id)" : named;
        }
        final boolean isOwn = OWN.matcher(path).matches()
                && (path.endsWith("producerId") ? !value.equals("-1") : !NOTHING.contains(value));
        if (isOwn || SIZES.matcher(path).matches()) {
            return "(own)";
        }
        if (path.equals("throttleTimeMs") && !value.equals("0")) {
            return "(a while)";
        }
        if (TIMES.matcher(path).matches() && value.length() >= 13) {
            return "(time)";
        }
        if (DEPLOYMENT.matcher(path).matches()) {
            return "(its own)";
        }
        if (MIN_INSYNC_SOURCE.matcher(path).matches()) {
            return "(a source)";
        }
        if (WORDING.matcher(path).matches() && !value.equals("null") && !value.isEmpty()) {
            return "(text)";
        }
        final String named = CLUSTER_ID.matcher(names(party, value)).replaceAll("cluster id (own)");
        final String steady = RANGE.matcher(named).replaceAll("should be within (a range)");
        return ADDRESS.matcher(steady).replaceAll("(address)");
    }

    /** The paths at which two answers differ as they may not. */
    static TreeSet<String> differences(final Map<String, String> expected, final Map<String, String> got) {
        final TreeSet<String> paths = new TreeSet<>(expected.keySet());
        paths.addAll(got.keySet());
        paths.removeIf(path -> Objects.equals(expected.get(path), got.get(path)) || mayDiffer(path, expected, got));
        return paths;
    }

    /** An entry of a list that one of the brokers rightly does not have at all. */
    private static boolean mayDiffer(
            final String path, final Map<String, String> expected, final Map<String, String> got) {
        if (MIN_INSYNC_SYNONYMS.matcher(path).matches()
                || DEPLOYMENT.matcher(path).matches()
                || QUORUM.matcher(path).matches()) {
            return true;
        }
        final Matcher entry = CONFIG.matcher(path);
        if (entry.matches()) {
            // Ours has settings of its own; it lacks none but what Kafka's controller sets by itself.
            return !expected.containsKey(entry.group(1) + ".name") || path.contains("configs[min.insync.replicas]");
        }
        final boolean isAbsent = !expected.containsKey(path) || !got.containsKey(path);
        final boolean isSize = path.endsWith(".size") || path.equals("finalizedFeaturesEpoch");
        return (isAbsent || isSize) && SUBSET.matcher(path).matches();
    }
}
