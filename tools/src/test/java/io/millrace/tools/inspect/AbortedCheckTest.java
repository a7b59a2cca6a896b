package io.millrace.tools.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists of aborted transactions that agree with their log, and such that do not. */
class AbortedCheckTest {
    private static final Options VERIFY =
            new Options(false, true, false, false, false, false, 0, Long.MAX_VALUE, Long.MAX_VALUE, -1);

    @TempDir
    private Path data;

    private LogFixture log;
    private Path list;
    private String out;

    /** Offsets: 0 data 1 | 1 data 2 | 2 abort 1 || 3 data 3 | 4 abort 2 | 5 commit 3 | 6 abort 3 || 7 data 1. */
    @BeforeEach
    void write() throws IOException {
        Files.writeString(data.resolve("millrace-metadata.log"), "");
        log = new LogFixture(data, "t-0").roll();
        log.transactional(1, 0);
        log.transactional(2, 0);
        log.marker(1, false);
        log.aborted(1, 0, 2, 1);
        log.roll();
        list = log.file(3, "txnindex");
        log.transactional(3, 0);
        log.marker(2, false);
        log.marker(3, true);
        log.marker(3, false);
        log.aborted(2, 1, 4, 3);
        log.roll();
        log.transactional(1, 1);
        Files.writeString(log.directory().resolve("leader-epoch-checkpoint"), "0\n1\n3 0\n");
        Files.writeString(data.resolve("recovery-point-offset-checkpoint"), "0\n1\nt 0 8\n");
        assertThat(verify()).as(out).isZero();
    }

    @Test
    void shouldMissWhatIsNotListed() throws IOException {
        Files.delete(list);
        assertThat(verify()).isEqualTo(Inspector.DAMAGED);
        assertThat(out)
                .contains(
                        "damage: " + list + " at byte 0: the transaction of producer 2 from offset 1 to 4 was aborted,"
                                + " but is not listed");
    }

    @Test
    void shouldNameWhatIsListedWrongly() throws IOException {
        LogFixture.flip(list, 9);
        assertThat(verify()).isEqualTo(Inspector.DAMAGED);
        assertThat(out)
                .contains(list + " at byte 0: lists producer 18 from offset 1 to 4, where producer 2 has aborted");
        write();
        log.roll();
        log.aborted(5, 2, 8, 8);
        assertThat(verify()).isEqualTo(Inspector.DAMAGED);
        assertThat(out).contains("lists producer 5 up to offset 8, where no marker aborts a transaction");
    }

    @Test
    void shouldNotTakeHalfAnEntry() throws IOException {
        LogFixture.cut(list, 1);
        assertThat(verify()).isEqualTo(Inspector.DAMAGED);
        assertThat(out).contains(list + " at byte 0: this list of aborted transactions is not sound");
    }

    @Test
    void shouldBelieveTheListWhereTheBeginningIsGone() throws IOException {
        final Path first = log.file(0, "log");
        Files.delete(first);
        Files.delete(log.file(0, "index"));
        Files.delete(log.file(0, "timeindex"));
        Files.delete(log.file(0, "txnindex"));
        Files.writeString(data.resolve("log-start-offset-checkpoint"), "0\n1\nt 0 3\n");
        assertThat(verify()).as(out).isZero();
    }

    @Test
    void shouldAllowForAListThatIsBehindARunningBroker() throws IOException {
        log.marker(1, false);
        assertThat(verify()).as(out).isZero();
        assertThat(out).contains("torn: " + log.file(7, "txnindex") + " at byte 0: the transaction of producer 1");
    }

    private int verify() {
        final ByteArrayOutputStream output = new ByteArrayOutputStream();
        final int code = Inspector.run(List.of(data), VERIFY, output, new PrintStream(output));
        out = output.toString(StandardCharsets.UTF_8);
        return code;
    }
}
