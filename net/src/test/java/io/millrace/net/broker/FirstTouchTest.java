package io.millrace.net.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.engine.core.CorePlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FirstTouchTest {
    @TempDir
    private Path root;

    @Test
    void shouldMakeACoresMemoryOnItsProcessorWhereThereAreSeveralNodes() throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/thread-self/status")), "no Linux");
        final List<Integer> allowed = Processors.allowed().numbers();
        final CorePlace place = FirstTouch.of(allowed, nodes("0-1"));

        for (int core = 0; core < allowed.size(); core++) {
            final List<String> mask = new ArrayList<>();
            place.run(core, () -> mask.addAll(ownMask()));
            assertThat(mask).containsExactly("Cpus_allowed_list:\t" + allowed.get(core));
        }
        assertThat(Processors.allowed().numbers()).isEqualTo(allowed);
    }

    @Test
    void shouldStartNoThreadWhereAllMemoryIsAlike() throws IOException {
        final AtomicReference<Thread> maker = new AtomicReference<>();
        FirstTouch.of(List.of(0), nodes("0")).run(0, () -> maker.set(Thread.currentThread()));
        assertThat(maker.get()).isSameAs(Thread.currentThread());
        FirstTouch.of(List.of(0), root.resolve("nothing")).run(0, () -> maker.set(null));
        assertThat(maker.get()).isNull();
    }

    @Test
    void shouldFailAsWhatItRanFailed() throws IOException {
        final CorePlace place = FirstTouch.of(Processors.allowed().numbers(), nodes("0,2"));
        assertThatThrownBy(() -> place.run(0, () -> {
                    throw new BrokerException("no room");
                }))
                .isInstanceOf(BrokerException.class)
                .hasMessage("no room");
    }

    private static List<String> ownMask() {
        try {
            return Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
                    .filter(line -> line.startsWith("Cpus_allowed_list"))
                    .toList();
        } catch (final IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path nodes(final String online) throws IOException {
        final Path folder = Files.createDirectories(root.resolve("sys/devices/system/node"));
        Files.writeString(folder.resolve("online"), online + "\n");
        return root;
    }
}
