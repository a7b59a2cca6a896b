package io.millrace.perf.server;

import java.nio.file.Path;
import java.time.Duration;

/** A broker in a process of its own, started by the rig, that a workload runs against. Used by one thread. */
public interface Server extends AutoCloseable {
    /** What its figures are shown under. */
    String name();

    /** Host and port of its listener. */
    String bootstrap();

    int port();

    /** The folder that holds its data. */
    Path dataFolder();

    /** Has its JVM account for its native memory (jcmd VM.native_memory) from its next start on. */
    void trackNativeMemory();

    /** Has its JVM keep frame pointers from its next start on, so that stacks of compiled code can be walked. */
    void keepFramePointers();

    /** The process's id. */
    long pid();

    /** Starts it on the data that it has; returns when it says that it is ready. */
    void start(Duration limit);

    /** SIGTERM, and waits for its end. */
    void stop();

    /** SIGKILL, and waits for its end. */
    void kill();

    /** What the kernel accounts to the process now. */
    ProcessUsage usage();

    /** Kills it if it runs, and removes its data. */
    @Override
    void close();
}
