package io.millrace.tools.tidy;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Engine is a function of messages, time, disk and seed: everything else that could leak in is banned by name. */
final class DeterminismTest {
    private static final JavaClasses ENGINE = new ClassFileImporter()
            .withImportOption(location -> !location.contains("test-classes") && !location.contains("-tests.jar"))
            .importPackages("io.millrace.engine");

    /** The machine belongs to os alone; sim makes up a world, and needs to read none. */
    private static final String OS = "io.millrace.engine.os..";

    private static final String SIM = "io.millrace.engine.sim..";

    @TestFactory
    Stream<DynamicTest> engine() {
        return Stream.of(
                        outside(OS)
                                .should()
                                .accessTargetWhere(member("a wall clock", CLOCKS))
                                .because("time is a parameter, read once in a duty cycle"),
                        outside(OS)
                                .should()
                                .accessTargetWhere(member("randomness without a seed", RANDOMNESS))
                                .because("all chance comes from one seed (port Entropy)"),
                        outside(OS)
                                .should()
                                .accessTargetWhere(member("a thread or a wait", THREADS))
                                .because("a core runs by invocation; only net.broker starts threads"),
                        outside(OS)
                                .should()
                                .dependOnClassesThat(
                                        resideInAnyPackage("java.util.concurrent", "java.util.concurrent.locks")
                                                .and(not(equivalentTo(TimeUnit.class))))
                                .because("a partition belongs to one thread: nothing to lock, nobody to wait for"),
                        outside(OS, SIM)
                                .should()
                                .dependOnClassesThat(
                                        resideInAnyPackage("java.nio.channels..", "java.net..", "sun.nio..")
                                                .and(not(equivalentTo(WritableByteChannel.class))))
                                .because("bytes come and go through Disk, Endpoint and PeerLink"),
                        outside(OS, SIM)
                                .should()
                                .accessTargetWhere(member("the file system", FILES))
                                .because("the file system is behind the port Disk"),
                        outside(OS)
                                .should()
                                .accessTargetWhere(member("a collection of random order", UNORDERED)
                                        .and(describe("that holds several", DeterminismTest::holdsSeveral)))
                                .because("Set.of and Map.of iterate in another order in every JVM"))
                .map(rule -> rule.allowEmptyShould(true))
                .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> check(rule)));
    }

    private static final List<String> CLOCKS = List.of(
            "java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime",
            "java.time.Instant.now",
            "java.time.Clock.system",
            "java.time.LocalDate.now",
            "java.time.LocalDateTime.now",
            "java.time.OffsetDateTime.now",
            "java.time.ZonedDateTime.now",
            "java.util.Date.<init>",
            "org.agrona.concurrent.SystemEpochClock.",
            "org.agrona.concurrent.SystemNanoClock.",
            "org.agrona.concurrent.HighResolutionClock.");

    private static final List<String> RANDOMNESS = List.of(
            "java.util.concurrent.ThreadLocalRandom.",
            "java.util.UUID.randomUUID",
            "java.lang.Math.random",
            "java.lang.StrictMath.random",
            "java.security.SecureRandom.",
            "java.lang.System.identityHashCode",
            "org.apache.kafka.common.Uuid.randomUuid");

    private static final List<String> THREADS = List.of(
            "java.lang.Thread.<init>",
            "java.lang.Thread.start",
            "java.lang.Thread.sleep",
            "java.lang.Thread.ofPlatform",
            "java.lang.Thread.ofVirtual",
            "java.lang.Thread.startVirtualThread",
            "java.lang.Object.wait",
            "java.util.concurrent.Executors.",
            "java.util.concurrent.CompletableFuture.",
            "java.util.Collection.parallelStream",
            "java.util.Timer.");

    private static final List<String> FILES = List.of(
            "java.nio.file.Files.",
            "java.io.File.",
            "java.io.FileInputStream.",
            "java.io.FileOutputStream.",
            "java.io.RandomAccessFile.");

    /** With more than one element: what holds one or none has one order. */
    private static final List<String> UNORDERED =
            List.of("java.util.Set.of", "java.util.Set.copyOf", "java.util.Map.of", "java.util.Map.copyOf");

    private static GivenClassesConjunction outside(String... packages) {
        return noClasses().that().resideOutsideOfPackages(packages);
    }

    /** An entry that ends in a dot bans the whole class. */
    private static DescribedPredicate<JavaAccess<?>> member(String what, List<String> banned) {
        return describe(what, access -> {
            String target = access.getTargetOwner().getName() + "." + access.getName();
            return banned.stream().anyMatch(name -> name.endsWith(".") ? target.startsWith(name) : target.equals(name));
        });
    }

    private static boolean holdsSeveral(JavaAccess<?> access) {
        if (!(access instanceof JavaMethodCall call)) {
            return true;
        }
        List<JavaClass> parameters = call.getTarget().getRawParameterTypes();
        int single = call.getTargetOwner().isEquivalentTo(Map.class) ? 2 : 1;
        boolean listed = call.getName().equals("of") && parameters.stream().noneMatch(JavaClass::isArray);
        return !listed || parameters.size() > single;
    }

    private static void check(ArchRule rule) {
        rule.check(ENGINE);
    }
}
