package io.millrace.tools.inspect;

import static io.millrace.tools.inspect.LogFixture.FIRST_MS;
import static io.millrace.tools.inspect.LogFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectorTest {
    private static final Options RECORDS = options(true, false, false, false, false);
    private static final Options VERIFY = options(false, true, false, false, false);
    private static final Options STATS = options(false, false, true, false, false);
    private static final Options LIST = options(false, false, false, true, false);

    @TempDir
    private Path data;

    private LogFixture log;
    private String out;
    private String err;

    @BeforeEach
    void writeEveryCodec() throws IOException {
        Files.writeString(data.resolve("meta.properties"), "version=1\ncluster.id=c\nnode.id=1\n");
        log = new LogFixture(data, "orders-0").roll();
        int sequence = 0;
        for (final CompressionType codec : CompressionType.values()) {
            log.batch(codec, 10, 7, sequence);
            sequence += 10;
        }
        log.roll();
        log.batch(CompressionType.NONE, 2, -1, -1);
    }

    @Test
    void shouldShowTheBatchesOfADataDirectoryAPartitionAndASegment() {
        for (final Path path : List.of(data, log.directory())) {
            assertThat(run(Options.DEFAULT, path)).isZero();
            assertThat(out).contains("orders-0", "gzip", "snappy", "lz4", "zstd", "none");
            assertThat(out.lines().filter(line -> line.endsWith("good"))).hasSize(6);
        }
        assertThat(run(Options.DEFAULT, log.log())).isZero();
        assertThat(out.lines().filter(line -> line.endsWith("good"))).hasSize(1);
        assertThat(out).contains(" 50 ", " 51 ", "2023-11-14T22:13:20.051Z");
    }

    @Test
    void shouldShowRecordsOfEveryCodec() {
        assertThat(run(RECORDS, log.directory())).isZero();
        for (int offset = 0; offset < 52; offset++) {
            assertThat(out).contains("\"key-" + offset + "\"  \"value of " + offset + "\"  \"h\"=\"1\"");
        }
    }

    @Test
    void shouldTellNullFromEmptyAndTextFromBytes() throws IOException {
        log.roll();
        log.batch(
                CompressionType.ZSTD,
                -1,
                -1,
                new SimpleRecord(FIRST_MS, null, utf8("")),
                new SimpleRecord(FIRST_MS, utf8(""), null),
                new SimpleRecord(FIRST_MS, utf8("a\"\n\\ü"), new byte[] {(byte) 0xff, 0, 1}),
                new SimpleRecord(FIRST_MS, (byte[]) null, null, new Header[] {new RecordHeader("x", null)}));
        run(RECORDS, log.log());
        assertThat(out.lines().map(String::strip))
                .anyMatch(line -> line.endsWith("null  \"\""))
                .anyMatch(line -> line.endsWith("\"\"  null"))
                .anyMatch(line -> line.endsWith("\"a\\\"\\n\\\\ü\"  0xff0001"))
                .anyMatch(line -> line.endsWith("null  null  \"x\"=null"));

        run(options(true, false, false, false, true), log.log());
        assertThat(out)
                .contains("\"key\":null,\"value\":\"\",\"headers\":[]")
                .contains("\"key\":\"\",\"value\":null")
                .contains("\"key\":\"a\\\"\\n\\\\ü\",\"value\":{\"hex\":\"ff0001\"}")
                .contains("\"headers\":[{\"key\":\"x\",\"value\":null}]");
    }

    @Test
    void shouldWriteOneJsonObjectALine() {
        run(options(true, true, true, false, true), data);
        assertThat(out.lines()).allMatch(line -> line.startsWith("{\"type\":\"") && line.endsWith("}"));
        assertThat(out)
                .contains("\"type\":\"batch\"")
                .contains("\"baseOffset\":50,\"lastOffset\":51,\"count\":2,\"leaderEpoch\":3,\"producerId\":-1")
                .contains("\"type\":\"record\"", "\"type\":\"stats\"", "\"type\":\"histogram\"", "\"type\":\"summary\"")
                .contains("\"crcGood\":true");
    }

    @Test
    void shouldFilterByOffsetProducerAndLimit() {
        run(filter(25, 31, Long.MAX_VALUE, -1), log.directory());
        assertThat(out.lines().filter(line -> line.endsWith("good"))).hasSize(2);
        assertThat(out).contains("base offset 0").doesNotContain("base offset 50");
        run(filter(0, Long.MAX_VALUE, 3, -1), log.directory());
        assertThat(out.lines().filter(line -> line.endsWith("good"))).hasSize(3);
        run(filter(0, Long.MAX_VALUE, Long.MAX_VALUE, 7), log.directory());
        assertThat(out.lines().filter(line -> line.endsWith("good"))).hasSize(5);
        run(new Options(true, false, false, false, false, false, 15, 16, Long.MAX_VALUE, -1), log.directory());
        assertThat(out.lines().filter(line -> line.contains("\"key-"))).hasSize(2);
    }

    @Test
    void shouldSumUp() {
        assertThat(run(STATS, data)).isZero();
        assertThat(out).contains("orders-0", "52", "records in batch", "bytes of batch", "zstd", "ratio");
        assertThat(run(LIST, data)).isZero();
        assertThat(out.lines()).hasSize(2);
        assertThat(out).contains("orders-0", " 52 ");
    }

    @Test
    void shouldVerifyWhatIsSound() {
        assertThat(run(VERIFY, data)).as(out).isZero();
        assertThat(out).contains("no damage", "0 torn tails", "1 partition, 2 segments, 6 batches");
        assertThat(run(VERIFY, log.log())).as(out).isZero();
    }

    @Test
    void shouldShowTheFilesBesideTheSegments() throws IOException {
        assertThat(run(Options.DEFAULT, log.file(0, "index"))).isZero();
        assertThat(out).contains("position");
        assertThat(run(Options.DEFAULT, log.file(0, "timeindex"))).isZero();
        assertThat(out).contains("2023-11-14");
        final Path checkpoint = data.resolve("recovery-point-offset-checkpoint");
        Files.writeString(checkpoint, "0\n1\norders 0 52\n");
        assertThat(run(Options.DEFAULT, checkpoint)).isZero();
        assertThat(out).contains("orders", "52");
        assertThat(run(Options.DEFAULT, data.resolve("meta.properties"))).isZero();
        assertThat(out).contains("node.id");
    }

    @Test
    void shouldSayInOneLineWhyAPathCannotBeInspected() throws IOException {
        assertThat(run(Options.DEFAULT, data.resolve("nowhere"))).isEqualTo(Inspector.UNUSABLE);
        assertThat(err).contains("nowhere: no such file or directory").hasLineCount(1);
        final Path text = Files.writeString(data.resolve("notes.txt"), "hello");
        assertThat(run(Options.DEFAULT, text)).isEqualTo(Inspector.UNUSABLE);
        assertThat(err).contains("notes.txt").hasLineCount(1);
        final Path fake = Files.writeString(data.resolve("server.log"), "INFO started\n".repeat(20));
        assertThat(run(Options.DEFAULT, fake)).isEqualTo(Inspector.UNUSABLE);
        assertThat(err).contains("not a log").hasLineCount(1);
        final Path empty = Files.createDirectory(data.resolve("empty"));
        assertThat(run(Options.DEFAULT, empty)).isEqualTo(Inspector.UNUSABLE);
        assertThat(err).contains("neither a data directory nor").hasLineCount(1);
        assertThat(run(Options.DEFAULT, empty, log.log())).isEqualTo(Inspector.UNUSABLE);
        assertThat(out).contains("good");
    }

    @Test
    void shouldEndQuietlyWhenTheReaderGoesAway() {
        final OutputStream gone = new OutputStream() {
            @Override
            public void write(final int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        final ByteArrayOutputStream errors = new ByteArrayOutputStream();
        assertThat(Inspector.run(List.of(data), RECORDS, gone, new PrintStream(errors)))
                .isZero();
        assertThat(errors.size()).isZero();
    }

    private int run(final Options options, final Path... paths) {
        final ByteArrayOutputStream output = new ByteArrayOutputStream();
        final ByteArrayOutputStream errors = new ByteArrayOutputStream();
        final int code =
                Inspector.run(List.of(paths), options, output, new PrintStream(errors, true, StandardCharsets.UTF_8));
        out = output.toString(StandardCharsets.UTF_8);
        err = errors.toString(StandardCharsets.UTF_8);
        return code;
    }

    private static Options filter(final long from, final long to, final long limit, final long producer) {
        return new Options(false, false, false, false, false, false, from, to, limit, producer);
    }

    private static Options options(
            final boolean records, final boolean verify, final boolean stats, final boolean list, final boolean json) {
        return new Options(records, verify, stats, list, json, false, 0, Long.MAX_VALUE, Long.MAX_VALUE, -1);
    }
}
