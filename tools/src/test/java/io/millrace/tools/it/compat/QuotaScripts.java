package io.millrace.tools.it.compat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntityData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntryData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.OpData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData.ComponentData;

/** Who may take how much: said, asked for, and taken back. */
final class QuotaScripts {
    private static final byte EXACT = 0;
    private static final byte DEFAULT = 1;
    private static final byte ANY = 2;
    private static final String CHANGES = "controller_mutation_rate";
    private static final String RATE = "producer_byte_rate";

    private QuotaScripts() {}

    static void quotas(final Twins twins) {
        twins.ask("nothing", party -> alteration());
        described(twins, "none yet");
        entities(twins);
        filters(twins);
        values(twins);
        mistakes(twins);
        removals(twins);
    }

    /** Changes to topics that have to be paid for: refused, or waited for by clients of old. */
    static void changes(final Twins twins) {
        final short setting = 1;
        twins.ask("2/s", setting, party -> alteration(entry(op(CHANGES, 2), "client-id", null)));
        twins.askUntilEqual("set", setting, party -> filter(false));
        twins.ask("all there is and more", party -> creation("changes-a", 24));
        twins.ask("too soon", party -> creation("changes-b", 1));
        Twins.pause(1_500);
        twins.ask("in time", party -> creation("changes-b", 4));
        twins.ask("one that is there", party -> creation("changes-a", 24));
        twins.ask("two too soon", party -> {
            final CreateTopicsRequestData two = creation("changes-c", 1);
            two.topics()
                    .addAll(creation("changes-d", 1).topics().stream()
                            .map(CreatableTopic::duplicate)
                            .toList());
            return two;
        });
        Twins.pause(2_500);
        twins.ask("larger in time", (short) 3, party -> growth("changes-b", 8));
        twins.ask("larger too soon", (short) 3, party -> growth("changes-b", 9));
        twins.ask("smaller", (short) 3, party -> growth("changes-b", 2));
        Twins.pause(2_500);
        twins.ask("away in time", (short) 6, party -> deletion("changes-b"));
        twins.ask("away too soon", (short) 6, party -> deletion("changes-a"));
        twins.ask("away who was never there", (short) 6, party -> deletion("changes-z"));
        twins.ask("a client of old", (short) 5, party -> creation("changes-e", 2));
        twins.ask("a client of old again", (short) 5, party -> creation("changes-f", 2));
        twins.ask("no more", setting, party -> alteration(entry(away(CHANGES), "client-id", null)));
        Twins.pause(100);
        twins.ask("away in the end", (short) 6, party -> deletion("changes-a"));
    }

    private static CreateTopicsRequestData creation(final String name, final int partitions) {
        final CreateTopicsRequestData request = new CreateTopicsRequestData();
        request.topics()
                .mustAdd(new CreatableTopic()
                        .setName(name)
                        .setNumPartitions(partitions)
                        .setReplicationFactor((short) 1));
        return request.setTimeoutMs(10_000);
    }

    private static CreatePartitionsRequestData growth(final String name, final int partitions) {
        final CreatePartitionsRequestData request = new CreatePartitionsRequestData();
        request.topics()
                .mustAdd(new CreatePartitionsTopic()
                        .setName(name)
                        .setCount(partitions)
                        .setAssignments(null));
        return request.setTimeoutMs(10_000);
    }

    private static DeleteTopicsRequestData deletion(final String name) {
        return new DeleteTopicsRequestData()
                .setTopics(List.of(new DeleteTopicState().setName(name)))
                .setTimeoutMs(10_000);
    }

    private static void entities(final Twins twins) {
        twins.ask("a user", party -> alteration(entry(op(RATE, 1000), "user", "alice")));
        twins.ask("all users", party -> alteration(entry(op(RATE, 2000), "user", null)));
        twins.ask("a client", party -> alteration(entry(op("consumer_byte_rate", 3000), "client-id", "c/1 <%>")));
        twins.ask("all clients", party -> alteration(entry(op("request_percentage", 12.5), "client-id", null)));
        twins.ask("a user's client", party -> alteration(entry(op(RATE, 1), "user", "alice", "client-id", "c")));
        twins.ask("each of a user's", party -> alteration(entry(op(RATE, 2), "user", "alice", "client-id", null)));
        twins.ask("one of each", party -> alteration(entry(op(RATE, 3), "user", null, "client-id", "c")));
        twins.ask("each of each", party -> alteration(entry(op(RATE, 4), "client-id", null, "user", null)));
        twins.ask("an address", party -> alteration(entry(op("connection_creation_rate", 5), "ip", "127.0.0.1")));
        twins.ask("any address", party -> alteration(entry(op("connection_creation_rate", 6), "ip", null)));
        described(twins, "all");
    }

    private static void filters(final Twins twins) {
        for (final boolean strict : new boolean[] {false, true}) {
            final String how = strict ? " strictly" : "";
            twins.ask("every one" + how, party -> filter(strict));
            for (final String type : List.of("user", "client-id", "ip")) {
                twins.ask("any " + type + how, party -> filter(strict, component(type, ANY, null)));
                twins.ask("default " + type + how, party -> filter(strict, component(type, DEFAULT, null)));
                twins.ask("no " + type + how, party -> filter(strict, component(type, EXACT, "nobody")));
            }
            twins.ask("alice" + how, party -> filter(strict, component("user", EXACT, "alice")));
            twins.ask(
                    "alice's" + how,
                    party -> filter(strict, component("user", EXACT, "alice"), component("client-id", ANY, null)));
            twins.ask(
                    "both" + how,
                    party -> filter(strict, component("user", DEFAULT, null), component("client-id", EXACT, "c")));
        }
        twins.ask("no type", party -> filter(true, component("", ANY, null)));
        twins.ask("odd type", party -> filter(true, component("host", ANY, null)));
        twins.ask("twice", party -> filter(true, component("user", ANY, null), component("user", EXACT, "alice")));
        twins.ask("odd match", party -> filter(true, component("user", (byte) 3, null)));
        twins.ask("exactly nobody", party -> filter(true, component("user", EXACT, null)));
        twins.ask("no name", party -> filter(true, component("user", EXACT, "")));
        twins.ask("default by name", party -> filter(true, component("user", DEFAULT, "x")));
        twins.ask("any by name", party -> filter(true, component("user", ANY, "x")));
        twins.ask("address and user", party -> filter(true, component("ip", ANY, null), component("user", ANY, null)));
        twins.ask(
                "address and client",
                party -> filter(true, component("ip", DEFAULT, null), component("client-id", ANY, null)));
    }

    private static void values(final Twins twins) {
        final List<String> keys = List.of(
                RATE,
                "consumer_byte_rate",
                "request_percentage",
                "controller_mutation_rate",
                "connection_creation_rate",
                "odd",
                "");
        for (final String key : keys) {
            for (final double value :
                    new double[] {0, -1, 0.5, 1, 7.0000001, 3e9, 1e19, Double.NaN, 1e300, 1 / 0d, -1 / 0d}) {
                twins.ask(key + " of " + value, party -> alteration(entry(op(key, value), "user", "bob")));
                twins.ask(
                        key + " of " + value + " by address",
                        party -> alteration(entry(op(key, value), "ip", "127.0.0.2")));
            }
        }
        described(twins, "values");
    }

    private static void mistakes(final Twins twins) {
        twins.ask("no entity", party -> alteration(entry(op(RATE, 1))));
        twins.ask("odd type", party -> alteration(entry(op(RATE, 1), "host", "x")));
        twins.ask("no type", party -> alteration(entry(op(RATE, 1), "", "x")));
        for (final String type : List.of("user", "client-id", "ip")) {
            twins.ask("empty " + type, party -> alteration(entry(op(RATE, 1), type, "")));
            twins.ask("address and " + type, party -> alteration(entry(op(RATE, 1), "ip", "127.0.0.1", type, "alice")));
        }
        twins.ask("no address", party -> alteration(entry(op("connection_creation_rate", 1), "ip", "no such host!")));
        twins.ask("one type twice", party -> alteration(entry(op(RATE, 9), "user", "x", "user", "dora")));
        twins.ask("one key twice", party -> alteration(entry(List.of(op(RATE, 1), op(RATE, 2)), "user", "carl")));
        twins.ask(
                "one entity twice",
                party -> alteration(entry(op(RATE, 8), "user", "emil"), entry(op(RATE, 9), "user", "emil")));
        twins.ask(
                "good and bad",
                party -> alteration(entry(op(RATE, 8), "user", "fritz"), entry(op("odd", 9), "user", "gerd")));
        twins.ask(
                "good and bad of one", party -> alteration(entry(List.of(op(RATE, 5), op("odd", 9)), "user", "hans")));
        twins.ask(
                "only to see",
                party -> alteration(entry(op(RATE, 7), "user", "ida")).setValidateOnly(true));
        twins.ask(
                "only to see what is wrong",
                party -> alteration(entry(op("odd", 7), "user", "ida")).setValidateOnly(true));
        described(twins, "after mistakes");
    }

    private static void removals(final Twins twins) {
        twins.ask(
                "what is not there",
                party -> alteration(entry(List.of(away("request_percentage"), away("odd")), "user", "alice")));
        final List<String[]> entities = List.of(
                new String[] {"user", "alice"},
                new String[] {"user", null},
                new String[] {"user", "bob"},
                new String[] {"user", "dora"},
                new String[] {"user", "emil"},
                new String[] {"user", "fritz"},
                new String[] {"client-id", "c/1 <%>"},
                new String[] {"client-id", null},
                new String[] {"user", "alice", "client-id", "c"},
                new String[] {"user", "alice", "client-id", null},
                new String[] {"user", null, "client-id", "c"},
                new String[] {"user", null, "client-id", null},
                new String[] {"ip", "127.0.0.1"},
                new String[] {"ip", "127.0.0.2"},
                new String[] {"ip", null});
        for (final String[] entity : entities) {
            twins.ask("away with " + List.of(entity[0], String.valueOf(entity[1])), party -> {
                final List<OpData> ops = new ArrayList<>();
                for (final String key : List.of(
                        RATE,
                        "consumer_byte_rate",
                        "request_percentage",
                        "controller_mutation_rate",
                        "connection_creation_rate")) {
                    ops.add(away(key));
                }
                return alteration(entry(ops, entity));
            });
        }
        described(twins, "none any more");
    }

    private static void described(final Twins twins, final String label) {
        twins.askUntilEqual(label, party -> filter(false));
    }

    private static DescribeClientQuotasRequestData filter(final boolean strict, final ComponentData... components) {
        return new DescribeClientQuotasRequestData().setStrict(strict).setComponents(List.of(components));
    }

    private static ComponentData component(final String type, final byte match, final String name) {
        return new ComponentData().setEntityType(type).setMatchType(match).setMatch(name);
    }

    private static AlterClientQuotasRequestData alteration(final EntryData... entries) {
        return new AlterClientQuotasRequestData().setEntries(List.of(entries));
    }

    private static EntryData entry(final OpData op, final String... typesAndNames) {
        return entry(List.of(op), typesAndNames);
    }

    private static EntryData entry(final List<OpData> ops, final String... typesAndNames) {
        final List<EntityData> entity = new ArrayList<>();
        for (int i = 0; i < typesAndNames.length; i += 2) {
            entity.add(new EntityData().setEntityType(typesAndNames[i]).setEntityName(typesAndNames[i + 1]));
        }
        return new EntryData().setEntity(entity).setOps(ops);
    }

    private static OpData op(final String key, final double value) {
        return new OpData().setKey(key).setValue(value);
    }

    private static OpData away(final String key) {
        return new OpData().setKey(key).setRemove(true);
    }
}
