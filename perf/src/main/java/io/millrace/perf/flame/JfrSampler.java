package io.millrace.perf.flame;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/** Samples by the JVM's own flight recorder, which needs nothing but the JDK: Java methods, inlined ones too. */
public final class JfrSampler implements Sampler {
    private static final String SAMPLE = "jdk.CPUTimeSample";
    private static final String LOST = "jdk.CPUTimeSamplesLost";
    private static final String THROTTLE = "2ms";

    @Override
    public Samples sample(final long pid, final int seconds) throws Exception {
        final String name = "millrace-flame-" + ProcessHandle.current().pid();
        final Path file = Files.createTempFile("millrace-perf", ".jfr");
        try {
            final String begun = Jcmd.ask(
                    pid,
                    "JFR.start",
                    "name=" + name,
                    "settings=none",
                    "+" + SAMPLE + "#enabled=true",
                    "+" + SAMPLE + "#throttle=" + THROTTLE,
                    "+" + LOST + "#enabled=true");
            if (!begun.contains("Started recording")) {
                throw new IllegalStateException("the flight recorder did not begin: " + begun.strip());
            }
            Thread.sleep(TimeUnit.SECONDS.toMillis(seconds));
            Jcmd.ask(pid, "JFR.stop", "name=" + name, "filename=" + file.toAbsolutePath());
            return read(file);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static Samples read(final Path file) throws IOException {
        final Samples samples = new Samples("the JVM's flight recorder, a sample each 2 ms of processor time");
        long lost = 0;
        long blind = 0;
        long biased = 0;
        try (RecordingFile recording = new RecordingFile(file)) {
            while (recording.hasMoreEvents()) {
                final RecordedEvent event = recording.readEvent();
                if (event.getEventType().getName().equals(LOST)) {
                    lost += event.getInt("lostSamples");
                } else if (event.getStackTrace() == null) {
                    blind++;
                } else {
                    add(samples, event);
                    biased += event.getBoolean("biased") ? 1 : 0;
                }
            }
        }
        samples.limit("no kernel functions: a system call ends in the Java method that makes it");
        samples.limit("no threads but Java's: neither the compiler's nor the collector's");
        samples.limit(biased
                + " of the stacks were taken at the next safepoint, near to where the time went and not right there");
        if (lost + blind > 0) {
            samples.limit(lost + " samples were lost, and " + blind + " had no stack");
        }
        return samples;
    }

    private static void add(final Samples samples, final RecordedEvent event) {
        final List<Frame> innermostFirst = new ArrayList<>();
        for (final RecordedFrame frame : event.getStackTrace().getFrames()) {
            final RecordedMethod method = frame.getMethod();
            innermostFirst.add(Frame.java(method.getType().getName() + "." + method.getName()));
        }
        final RecordedThread thread = event.getThread("eventThread");
        samples.add(thread == null ? "?" : thread.getOSName(), innermostFirst.reversed());
    }
}
