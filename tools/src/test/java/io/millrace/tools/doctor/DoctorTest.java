package io.millrace.tools.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorTest {
    private static final int JAVA = 25;

    @TempDir
    private Path folder;

    private Path root;
    private Path data;

    @BeforeEach
    void prepare() throws IOException {
        root = Files.createDirectory(folder.resolve("machine"));
        data = folder.resolve("data");
    }

    @Test
    void shouldFindNothingToChangeOnAMachineThatIsWellSetUp() {
        final Report report = examine(MachineTree.wellSetUp(root), "2-3");
        assertThat(report.findings())
                .filteredOn(finding -> finding.level() != Level.OK)
                .isEmpty();
        assertThat(report.isBad()).isFalse();
        assertThat(seen(report, "preemption")).isEqualTo("full, 250 Hz");
        assertThat(seen(report, "irqs")).isEqualTo("eth0: 2 to processors 0,1");
        assertThat(seen(report, "io-scheduler")).isEqualTo("none on nvme0n1, cache write back");
        assertThat(seen(report, "numa")).isEqualTo("cores: node 0 (2,3)");
        assertThat(seen(report, "numa-disk")).isEqualTo("nvme0n1 is on node 0, as are all cores");
    }

    @Test
    void shouldOnlyAdviseOnALaptop() {
        final Report report = examine(MachineTree.laptop(root), "all");
        assertThat(report.isBad()).isFalse();
        assertThat(report.findings())
                .filteredOn(finding -> finding.level() == Level.ADVICE)
                .extracting(Finding::check)
                .containsExactly(
                        "preemption",
                        "governor",
                        "c-states",
                        "clock",
                        "irqs",
                        "congestion",
                        "filesystem",
                        "read-ahead",
                        "io-scheduler",
                        "thp",
                        "swap");
        assertThat(report.findings())
                .filteredOn(finding -> finding.level() == Level.ADVICE)
                .allSatisfy(finding -> assertThat(finding.change()).isNotBlank().doesNotContain("\n"));
        assertThat(seen(report, "siblings")).isEqualTo("each core has a physical core of its own");
        assertThat(finding(report, "isolcpus").level()).isEqualTo(Level.SKIPPED);
    }

    @Test
    void shouldNameSiblingsThatWereAskedFor() {
        final Report report = examine(MachineTree.laptop(root), "0-3");
        assertThat(finding(report, "processors").change()).isEqualTo("./run.sh start --cores 2,3");
        final Finding siblings = finding(report, "siblings");
        assertThat(siblings.level()).isEqualTo(Level.ADVICE);
        assertThat(siblings.change()).isEqualTo("./run.sh start --cores 0,2");
    }

    @Test
    void shouldAskToSetApartTheProcessorsOfCoresThatLeaveSomeToOthers() {
        final Report report = examine(MachineTree.laptop(root), "2-3");
        assertThat(finding(report, "isolcpus").change()).contains("isolcpus=managed_irq,domain,2,3 ");
        assertThat(finding(report, "nohz_full").level()).isEqualTo(Level.ADVICE);
        assertThat(finding(report, "rcu_nocbs").level()).isEqualTo(Level.ADVICE);
        assertThat(finding(report, "irqbalance").level()).isEqualTo(Level.ADVICE);
        assertThat(finding(report, "irqs").change()).startsWith("for i in 120 121; do echo 0,1 |");
    }

    @Test
    void shouldSkipWhatAnotherSystemDoesNotHave() {
        final Report report = examine(MachineTree.empty(root), "all");
        assertThat(report.isBad()).isFalse();
        assertThat(report.findings())
                .filteredOn(finding -> finding.level() != Level.SKIPPED)
                .extracting(Finding::check)
                .containsExactly("jdk", "data", "processors");
        assertThat(report.findings())
                .allSatisfy(finding -> assertThat(finding.seen()).isNotBlank());
    }

    @Test
    void shouldCallBadWhatWillFail() throws IOException {
        MachineTree.wellSetUp(root)
                .limits("1024", "0")
                .file("proc/self/status", "Cpus_allowed_list:\t0-1,4-7\n")
                .file("sys/fs/cgroup/system.slice/memory.max", "536870912")
                .mount("0:24", "/dev/shm", "rw", "tmpfs", "tmpfs", "rw,size=4m");
        Files.writeString(data, "a file");
        final Report report = Doctor.examine(root, "2-3", false, data, JAVA - 1);
        assertThat(report.isBad()).isTrue();
        assertThat(report.findings())
                .filteredOn(finding -> finding.level() == Level.BAD)
                .extracting(Finding::check)
                .containsExactly("jdk", "files", "shm", "data", "memory", "processors");
        assertThat(finding(report, "processors").change()).startsWith("taskset -c 0-7 ./run.sh start --cores 2,3 ");
    }

    @Test
    void shouldNameDevicesOnAnotherNodeThanCores() {
        final Report report = examine(MachineTree.wellSetUp(root), "2-5");
        assertThat(seen(report, "numa-network"))
                .isEqualTo("eth0 is on node 0, cores are on node 0 (2,3), node 1 (4,5)");
        assertThat(finding(report, "numa-disk").change()).startsWith("./run.sh start --cores 0-3 ");
    }

    @Test
    void shouldTakeSiblingsWhereTheBrokerDoes() {
        final MachineTree tree = MachineTree.laptop(root);
        final Report with = Doctor.examine(tree.root(), "all", true, data, JAVA);
        assertThat(with.cores().size())
                .isGreaterThan(examine(tree, "all").cores().size());
        assertThat(seen(with, "siblings")).startsWith("these share a physical core: ");
    }

    @Test
    void shouldSeeAQuotaOfAnyGroupAbove() {
        final MachineTree tree =
                MachineTree.wellSetUp(root).file("sys/fs/cgroup/system.slice/cpu.max", "150000 100000");
        assertThat(seen(examine(tree, "2-3"), "quota")).contains("gets 150000 µs in each 100000 µs,");
    }

    @Test
    void shouldSeeAQuotaOfTheOlderKindOfGroups() {
        final MachineTree tree = MachineTree.wellSetUp(root)
                .file("proc/self/cgroup", "3:cpu,cpuacct:/docker/1\n2:memory:/docker/1\n")
                .file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "150000")
                .file("sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912");
        final Report report = examine(tree, "2-3");
        assertThat(seen(report, "quota")).contains("150000");
        assertThat(finding(report, "memory").level()).isEqualTo(Level.BAD);
    }

    @Test
    void shouldTakeTheNiceLimitWithoutThePrivilege() {
        final MachineTree tree = MachineTree.laptop(root).limits("524288", "30");
        assertThat(seen(examine(tree, "all"), "nice")).isEqualTo("millrace.core.nice may go down to -10");
        tree.limits("524288", "20");
        assertThat(seen(examine(tree, "all"), "nice")).endsWith("needs CAP_SYS_NICE, or LimitNICE");
    }

    @Test
    void shouldBelieveTheRunningPreemptionModelMost() {
        final MachineTree tree =
                MachineTree.wellSetUp(root).file("sys/kernel/debug/sched/preempt", "(none) voluntary full lazy");
        assertThat(seen(examine(tree, "2-3"), "preemption"))
                .startsWith("none, 250 Hz: ")
                .endsWith(" up to 4 ms");
        tree.remove("sys/kernel/debug/sched/preempt").file("proc/cmdline", "preempt=voluntary");
        assertThat(seen(examine(tree, "2-3"), "preemption")).startsWith("voluntary, ");
    }

    @Test
    void shouldRefuseProcessorsThatTheMachineDoesNotHave() {
        MachineTree.wellSetUp(root);
        assertThatThrownBy(() -> Doctor.examine(root, "6-9", false, data, JAVA))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("names processors other than");
    }

    @Test
    void shouldWriteJson() {
        final Report report = new Report(
                List.of(0, 2),
                List.of(
                        Finding.ok("one", "1\n"),
                        Finding.advice("two", "\"é\"", "echo 'a\\b'"),
                        Finding.bad("x", "", "")));
        assertThat(report.json())
                .isEqualTo("{\"cores\":[0,2],\"ok\":1,\"advice\":1,\"bad\":1,\"skipped\":0,\"checks\":["
                        + "{\"check\":\"one\",\"level\":\"ok\",\"seen\":\"1\\u000a\",\"change\":\"\"},"
                        + "{\"check\":\"two\",\"level\":\"advice\",\"seen\":\"\\\"é\\\"\",\"change\":\"echo 'a\\\\b'\"},"
                        + "{\"check\":\"x\",\"level\":\"bad\",\"seen\":\"\",\"change\":\"\"}]}\n");
    }

    @Test
    void shouldSayAllThatItFoundToPeople() {
        final Report report = examine(MachineTree.laptop(root), "all");
        for (final Finding finding : report.findings()) {
            assertThat(report.text()).contains(finding.seen(), finding.change());
        }
        assertThat(report.text()).contains(" 11 advice, 0 bad, ");
    }

    /** The kernel gives such a number to the first read alone, as far as that reaches. */
    @Test
    void shouldReadAllDigitsOfARealNumber() {
        final SystemFiles files = new SystemFiles(Path.of("/"));
        Assumptions.assumeTrue(files.exists("proc/sys/kernel/pid_max"), "skipped: no Linux");
        assertThat(files.number("proc/sys/kernel/pid_max")).isGreaterThan(100);
    }

    /** On whatever machine the tests run: no file of a real kernel surprises it. */
    @Test
    void shouldExamineTheRealMachine() {
        final Report report = Doctor.examine(Path.of("/"), "all", false, data, JAVA);
        assertThat(report.cores()).isNotEmpty();
        assertThat(finding(report, "data").level()).isEqualTo(Level.OK);
        assertThat(report.findings())
                .allSatisfy(finding -> assertThat(finding.change().isEmpty())
                        .as(finding.toString())
                        .isEqualTo(finding.level() == Level.OK || finding.level() == Level.SKIPPED));
    }

    private Report examine(final MachineTree tree, final String cores) {
        return Doctor.examine(tree.root(), cores, false, data, JAVA);
    }

    private static Finding finding(final Report report, final String check) {
        return report.findings().stream()
                .filter(finding -> finding.check().equals(check))
                .findFirst()
                .orElseThrow();
    }

    private static String seen(final Report report, final String check) {
        return finding(report, check).seen();
    }
}
