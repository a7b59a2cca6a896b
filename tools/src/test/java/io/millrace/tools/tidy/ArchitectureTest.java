package io.millrace.tools.tidy;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Who may know whom: the arrows of the design, as the compiled classes really point. */
final class ArchitectureTest {
    private static final String ENGINE = "io.millrace.engine.";
    private static final String NET = "io.millrace.net.";

    /** From the bottom up; a room sees those on its own floor and below. */
    private static final List<List<String>> ENGINE_FLOORS = List.of(
            List.of("port", "status", "batch"),
            List.of("log", "producer"),
            List.of("journal"),
            List.of("replication"),
            List.of("partition"),
            List.of("coordinator"),
            List.of("core"));

    private static final List<List<String>> NET_FLOORS = List.of(
            List.of("socket"),
            List.of("connection"),
            List.of("kafka.api"),
            List.of("kafka.coordinator"),
            List.of(
                    "kafka.produce",
                    "kafka.fetch",
                    "kafka.admin",
                    "kafka.cluster",
                    "kafka.quota",
                    "kafka.security",
                    "kafka.group",
                    "kafka.txn"),
            List.of("kafka.share"));

    /** What both composition roots put cores together with, and end them. */
    private static final List<String> SHARED = List.of(
            "io.millrace.net.broker.BrokerCore",
            "io.millrace.net.broker.BrokerException",
            "io.millrace.net.broker.CoreStop",
            "io.millrace.net.broker.Luggage",
            "io.millrace.net.broker.NodeIdentity",
            "io.millrace.net.broker.NodeLife");

    private static final String[] COMPOSITION_ROOTS = {
        "io.millrace.net.broker..", "io.millrace.net.simulation..", "io.millrace.tools..", "io.millrace.perf.."
    };

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(location -> !location.contains("test-classes") && !location.contains("-tests.jar"))
            .importPackages("io.millrace");

    @TestFactory
    Stream<DynamicTest> floors() {
        List<ArchRule> rules = new ArrayList<>();
        rules.addAll(floorsOf(ENGINE, ENGINE_FLOORS));
        rules.addAll(floorsOf(NET, NET_FLOORS));
        return tests(rules);
    }

    @TestFactory
    Stream<DynamicTest> modules() {
        return tests(List.of(
                no("io.millrace.codec..").maySee("engine knows codecs, not the reverse", ENGINE + ".", NET + "."),
                no("io.millrace.engine..")
                        .maySee(
                                "engine knows nothing of the world outside",
                                "io.millrace.net..",
                                "io.millrace.tools..",
                                "org.apache.kafka..",
                                "io.aeron.."),
                no("io.millrace.net..").maySee("tools start net", "io.millrace.tools.."),
                no("io.millrace.net..", "io.millrace.tools..").maySee("perf measures all", "io.millrace.perf..")));
    }

    @TestFactory
    Stream<DynamicTest> engine() {
        String because = "a port is a promise, not a way to its maker";
        return tests(List.of(
                no(ENGINE + "os..", ENGINE + "sim..")
                        .maySee(
                                because,
                                rooms(
                                        ENGINE,
                                        "log",
                                        "producer",
                                        "replication",
                                        "partition",
                                        "coordinator",
                                        "core",
                                        "metadata",
                                        "security")),
                no(ENGINE + "os..").maySee(because, ENGINE + "sim.."),
                no(ENGINE + "sim..").maySee(because, ENGINE + "os.."),
                no(ENGINE + "metadata..", ENGINE + "security..", ENGINE + "settings..")
                        .maySee(
                                "what is decided once knows no partition and no core",
                                rooms(ENGINE, "partition", "coordinator", "core")),
                noClasses()
                        .that(not(resideInAnyPackage(COMPOSITION_ROOTS))
                                .and(not(resideInAnyPackage(ENGINE + "os..", ENGINE + "sim.."))))
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(ENGINE + "os..", ENGINE + "sim..")
                        .because("only composition roots choose between the real world and the simulated one")));
    }

    @TestFactory
    Stream<DynamicTest> net() {
        String apart = "aeron, http and kafka never see each other";
        return tests(List.of(
                no(NET + "aeron..").maySee(apart, NET + "http..", NET + "kafka.."),
                no(NET + "http..").maySee(apart, NET + "aeron..", NET + "kafka.."),
                no(NET + "kafka..").maySee(apart, NET + "aeron..", NET + "http.."),
                no(NET + "kafka.wire..")
                        .maySee(
                                "the wire is bytes and their meaning",
                                rooms(
                                        NET,
                                        "socket",
                                        "connection",
                                        "kafka.api",
                                        "kafka.produce",
                                        "kafka.fetch",
                                        "kafka.admin",
                                        "kafka.cluster",
                                        "kafka.quota",
                                        "kafka.security",
                                        "kafka.group",
                                        "kafka.txn",
                                        "kafka.share")),
                no(NET + "kafka.produce..").maySee("one handler per API", rooms(NET, "kafka.fetch", "kafka.group")),
                no(NET + "kafka.fetch..").maySee("one handler per API", rooms(NET, "kafka.produce", "kafka.group")),
                noClasses()
                        .that(not(resideInAnyPackage(NET + "kafka.group..", NET + "kafka.txn..")))
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage("org.apache.kafka.coordinator..")
                        .because("one package for each kind of coordinator adapts Apache Kafka's"),
                no(NET + "broker..").maySee("two worlds", NET + "simulation.."),
                noClasses()
                        .that()
                        .resideInAPackage(NET + "simulation..")
                        .should()
                        .dependOnClassesThat(resideInAnyPackage(NET + "broker..")
                                .and(not(describe("made of ports alone", type -> SHARED.contains(type.getFullName())))))
                        .because("two worlds, whose cores are put together in one way"),
                noClasses()
                        .that(describe("made of ports alone", type -> SHARED.contains(type.getFullName())))
                        .should()
                        .dependOnClassesThat(resideInAnyPackage(ENGINE + "os..", NET + "socket.."))
                        .because("the simulation uses them unchanged"),
                noClasses()
                        .that(not(resideInAnyPackage(COMPOSITION_ROOTS)))
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(NET + "broker..", NET + "simulation..")
                        .because("nothing knows who put it together")));
    }

    private static List<ArchRule> floorsOf(String module, List<List<String>> floors) {
        List<ArchRule> rules = new ArrayList<>();
        List<String> above = new ArrayList<>();
        for (List<String> floor : floors.reversed()) {
            if (!above.isEmpty()) {
                rules.add(no(rooms(module, floor.toArray(String[]::new)))
                        .maySee("who is below does not look up", rooms(module, above.toArray(String[]::new))));
            }
            above.addAll(floor);
        }
        return rules;
    }

    private static String[] rooms(String module, String... names) {
        return Stream.of(names).map(name -> module + name + "..").toArray(String[]::new);
    }

    private static Room no(String... packages) {
        return new Room(packages);
    }

    private static Stream<DynamicTest> tests(List<ArchRule> rules) {
        // A room that nobody has moved into yet breaks no rule.
        return rules.stream()
                .map(rule -> rule.allowEmptyShould(true))
                .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(CLASSES)));
    }

    private record Room(String... packages) {
        ArchRule maySee(String because, String... others) {
            return noClasses()
                    .that()
                    .resideInAnyPackage(packages)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .because(because);
        }
    }
}
