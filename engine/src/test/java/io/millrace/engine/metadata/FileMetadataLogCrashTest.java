package io.millrace.engine.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.port.Entropy;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimCrash;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever was handed over is there after any crash; whatever is there was proposed, in this order. */
class FileMetadataLogCrashTest {
    private static final int SEEDS = 300;
    private static final int LIVES = 6;

    private final SimDiskImage image = new SimDiskImage();
    private final SimTime time = new SimTime();
    private List<String> known = new ArrayList<>();
    private List<String> unknown = new ArrayList<>();

    @Test
    void shouldLoseNothingThatWasCommittedWhateverCrashes() {
        long entries = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            final FileMetadataLogCrashTest world = new FileMetadataLogCrashTest();
            final Entropy entropy = new SeededEntropy(seed);
            for (int life = 0; life < LIVES; life++) {
                world.live("seed " + seed + " life " + life, life, entropy);
            }
            entries += world.known.size();
        }
        assertThat(entries).isGreaterThan(SEEDS * 20L);
    }

    private void live(final String name, final int life, final Entropy entropy) {
        final SimDisk disk = new SimDisk(image, time, SimDiskFaults.rough(), entropy.stream("disk" + life));
        image.crashAtOperation(image.operations() + 1 + entropy.nextInt(150));
        LogNode node = null;
        try {
            node = new LogNode(disk, 600);
            check(name, node);
            work(entropy, life, node);
        } catch (final SimCrash crash) {
            assertThat(crash).hasMessageContaining("operation");
        }
        if (node != null) {
            known = node.texts;
            unknown = node.pending;
        }
        if (entropy.nextInt(2) == 0) {
            image.crash(entropy);
        } else {
            image.kill(entropy);
        }
    }

    private static void work(final Entropy entropy, final int life, final LogNode node) {
        for (int i = 0; i < 60; i++) {
            node.propose("life " + life + " text " + i + " " + "x".repeat(entropy.nextInt(30)));
            final int turns = entropy.nextInt(6);
            for (int t = 0; t < turns; t++) {
                node.turn();
            }
        }
    }

    private void check(final String name, final LogNode node) {
        assertThat(node.texts.size()).as(name).isGreaterThanOrEqualTo(known.size());
        assertThat(node.texts.subList(0, known.size())).as(name).isEqualTo(known);
        final List<String> more = node.texts.subList(known.size(), node.texts.size());
        assertThat(unknown.size()).as(name).isGreaterThanOrEqualTo(more.size());
        assertThat(more).as(name).isEqualTo(unknown.subList(0, more.size()));
    }
}
