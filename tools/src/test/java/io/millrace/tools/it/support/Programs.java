package io.millrace.tools.it.support;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Programs as users of Kafka write them, in whatever language, under {@code tools/src/test/programs}. They are run from
 * their source, each in a process of its own with libraries of its own.
 */
public final class Programs {
    private static final Path SOURCES = Project.HOME.resolve("tools/src/test/programs");

    private Programs() {}

    /** The path of a program's source. */
    public static String source(final String name) {
        return SOURCES.resolve(name).toString();
    }

    /** Starts a Java program from its source, with the libraries of a class path that {@link Artifacts} names. */
    public static ChildProcess startJava(
            final String name, final Path folder, final String classPath, final String... arguments) {
        return start(name, folder, classPath, source(name + ".java"), arguments);
    }

    /** Starts a Java program that its libraries bring. */
    public static ChildProcess startMain(
            final String mainClass, final Path folder, final String classPath, final String... arguments) {
        return start(mainClass.substring(mainClass.lastIndexOf('.') + 1), folder, classPath, mainClass, arguments);
    }

    /** A small JVM with that class path, to which the program and its arguments are to be added. */
    static List<String> java(final String classPath) {
        return new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                classPath));
    }

    private static ChildProcess start(
            final String name,
            final Path folder,
            final String classPath,
            final String program,
            final String... arguments) {
        final ClassArchives archive = ClassArchives.of(classPath);
        final List<String> command = java(classPath);
        command.addAll(1, archive.options());
        command.add(program);
        command.addAll(List.of(arguments));
        return ChildProcess.start(name, folder, Map.of(), command).onEnd(archive::ended);
    }
}
