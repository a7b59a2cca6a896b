package io.millrace.tools.inspect;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of one partition's directory, by kind, as they were listed once. */
final class PartitionFiles {
    static final String EPOCHS = "leader-epoch-checkpoint";
    static final String METADATA = "partition.metadata";

    private static final Pattern NUMBERED = Pattern.compile("(\\d{20})\\.(log|index|timeindex|txnindex|snapshot)");
    private static final Pattern TOPIC_ID = Pattern.compile("[A-Za-z0-9_-]{22}");
    static final int METADATA_BYTES_MAX = 4_096;
    /** What deletion, replacement and quarantine append to a partition's name. */
    private static final Pattern NAME = Pattern.compile("(.+)-(\\d+)(\\.[0-9a-f]{32}-(?:delete|future|stray))?");

    private final Path directory;
    private final List<Path> files;

    PartitionFiles(final Path directory) {
        this.directory = directory;
        this.files = list(directory);
    }

    static List<Path> list(final Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        } catch (final IOException e) {
            throw new InspectException(directory + ": " + FileWindow.reason(e));
        }
    }

    Path directory() {
        return directory;
    }

    /** The directory's own name, wherever the path leads. */
    String name() {
        return nameOf(directory);
    }

    static String nameOf(final Path path) {
        final Path name = path.toAbsolutePath().normalize().getFileName();
        return name == null ? path.toString() : name.toString();
    }

    boolean isPartition() {
        return !of("log").isEmpty();
    }

    /** Whether a directory is called as partitions are. */
    static boolean isPartitionName(final String name) {
        return NAME.matcher(name).matches();
    }

    /** Topic and partition as checkpoints write them, or null if the directory is not called so. */
    String topicPartition() {
        final Matcher matcher = NAME.matcher(name());
        return matcher.matches() ? matcher.group(1) + ' ' + matcher.group(2) : null;
    }

    /** Whether the name says that the partition is no longer, or not yet, in use. */
    static boolean isSetAside(final String name) {
        final Matcher matcher = NAME.matcher(name);
        return matcher.matches() && matcher.group(3) != null;
    }

    /** Files of that kind, ascending by their number. */
    List<Path> of(final String extension) {
        return files.stream()
                .filter(file -> {
                    final Matcher matcher = NUMBERED.matcher(nameOf(file));
                    return matcher.matches() && matcher.group(2).equals(extension) && !Files.isDirectory(file);
                })
                .toList();
    }

    boolean has(final Path file) {
        return files.contains(file);
    }

    /** The file of another kind with the same number. */
    static Path sibling(final Path file, final String extension) {
        final String name = nameOf(file);
        return file.resolveSibling(name.substring(0, name.lastIndexOf('.') + 1) + extension);
    }

    /** The number in a numbered file's name. */
    static long numberOf(final Path file) {
        final Matcher matcher = NUMBERED.matcher(nameOf(file));
        if (!matcher.matches()) {
            throw new InspectException(file + ": not named by an offset of 20 digits, as a log's files are");
        }
        return Long.parseLong(matcher.group(1));
    }

    /** Whether the name is that of a numbered file of the kind. */
    static boolean isNumbered(final String name) {
        return NUMBERED.matcher(name).matches();
    }

    /** The topic's id as the partition's metadata file has it, or null. */
    String topicId() {
        final Path metadata = directory.resolve(METADATA);
        return has(metadata) ? topicIdIn(metadata) : null;
    }

    private static String topicIdIn(final Path metadata) {
        for (final String line :
                new String(FileWindow.readAll(metadata, METADATA_BYTES_MAX), StandardCharsets.UTF_8).split("\n")) {
            if (line.startsWith("topic_id:")) {
                final String id = line.substring("topic_id:".length()).strip();
                return TOPIC_ID.matcher(id).matches() ? id : null;
            }
        }
        return null;
    }

    /** What is wrong with a partition's metadata file, or null. */
    static String wrongTopicId(final Path metadata) {
        return topicIdIn(metadata) == null ? "names no topic id" : null;
    }

    /** @param wanted whether each partition has a topic id, as with Millrace; old versions of Kafka gave none */
    void checkTopicId(final Consumer<Finding> findings, final boolean wanted) {
        final Path metadata = directory.resolve(METADATA);
        if (has(metadata) && topicId() == null) {
            findings.accept(Finding.damage(metadata, 0, "names no topic id"));
        } else if (!has(metadata) && wanted) {
            findings.accept(Finding.note(directory, "has no " + METADATA + ", which names the topic's id"));
        }
    }
}
