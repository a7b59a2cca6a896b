package io.millrace.perf.flame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PerfScriptTest {
    private static final String TWO_SAMPLES = """
            core-0  5229\s
            	ffffffff8200d30c tcp_sendmsg_locked ([kernel.kallsyms])
            	           f838f __GI___libc_write (/usr/lib/x86_64-linux-gnu/libc.so.6)
            	    7feaa7f6570f int sun.nio.ch.SocketDispatcher.write0(java.io.FileDescriptor, long, int) (/tmp/perf-5144.map)
            	    7feaa7fe3a60 void io.millrace.net.connection.FrameWriter.flush(io.millrace.X$Y, long) (/tmp/perf-5144.map)
            	    7feaa7fe3a00 StubRoutines (initial stubs) (/tmp/perf-5144.map)
            	       10078ac00 [unknown] ([unknown])

            C2 CompilerThre  5199\s
            	          714308 [unknown] (/usr/lib/jvm/lib/server/libjvm.so)

            """;

    @TempDir
    private Path folder;

    @Test
    void shouldTellWhoseCodeEachFunctionIs() {
        final Samples samples = read(TWO_SAMPLES);

        assertThat(samples.count()).isEqualTo(2);
        assertThat(samples.hasKernel()).isTrue();
        final StringBuilder stack = new StringBuilder();
        StackTree at = samples.root().callees().stream()
                .filter(thread -> thread.frame().name().equals("core-0"))
                .findFirst()
                .orElseThrow();
        while (!at.callees().isEmpty()) {
            at = at.callees().iterator().next();
            stack.append(at.frame().kind())
                    .append(' ')
                    .append(at.frame().name())
                    .append('\n');
        }
        assertThat(stack).hasToString("""
                NATIVE StubRoutines (initial stubs)
                OURS io.millrace.net.connection.FrameWriter.flush
                JAVA sun.nio.ch.SocketDispatcher.write0
                NATIVE __GI___libc_write
                KERNEL tcp_sendmsg_locked
                """);
    }

    @Test
    void shouldNameTheFileOfCodeWithoutNames() {
        assertThat(read(TWO_SAMPLES).root().callees().stream()
                        .filter(thread -> thread.frame().name().equals("C2 CompilerThre"))
                        .flatMap(thread -> thread.callees().stream())
                        .map(tree -> tree.frame().name()))
                .containsExactly("[libjvm.so]");
    }

    @Test
    void shouldDrawOneWellFormedPicture() throws Exception {
        final Path file = folder.resolve("flame.svg");
        final Samples samples = read(TWO_SAMPLES);
        samples.limit("a <limit> & more");

        FlameGraph.write(file, samples, "a title");

        final String svg = Files.readString(file);
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        assertThat(svg)
                .contains(
                        "io.millrace.net.connection.FrameWriter.flush: 1 samples, 50.00 %",
                        "a &lt;limit&gt; &amp; more")
                .contains(">FrameWriter.flush</text>")
                .doesNotContain("src=", "href=");
    }

    @Test
    void shouldSayThatThereIsNothingToDraw() {
        assertThatThrownBy(() -> FlameGraph.write(folder.resolve("none.svg"), read(""), "a title"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no samples");
    }

    private static Samples read(final String text) {
        final Samples samples = new Samples("a test");
        new PerfScript(samples).read(text);
        return samples;
    }
}
