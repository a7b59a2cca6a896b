package io.millrace.tools.inspect;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Apache Kafka's text checkpoints: a line with version 0, a line with the count, and a line for each entry, which is
 * {@code topic partition offset} or, for leader epochs, {@code epoch offset}.
 */
final class CheckpointFile {
    private static final int BYTES_MAX = 1 << 26;

    private final List<String[]> entries = new ArrayList<>();

    private CheckpointFile() {}

    /**
     * @param fields in an entry
     * @throws InspectException if the file is not such a checkpoint
     */
    static CheckpointFile read(final Path file, final int fields) {
        final String[] lines = new String(FileWindow.readAll(file, BYTES_MAX), StandardCharsets.UTF_8).split("\n");
        final CheckpointFile checkpoint = new CheckpointFile();
        try {
            if (Integer.parseInt(lines[0].strip()) != 0) {
                throw new InspectException(file + ": version " + lines[0].strip() + ", expected 0");
            }
            final int count = lines.length < 2 ? -1 : Integer.parseInt(lines[1].strip());
            if (count != lines.length - 2) {
                throw new InspectException(file + ": says " + count + " entries and has " + (lines.length - 2));
            }
            for (int i = 2; i < lines.length; i++) {
                final String[] entry = lines[i].strip().split("\\s+");
                if (entry.length != fields) {
                    throw new InspectException(file + ": line " + (i + 1) + " has not " + fields + " fields");
                }
                for (int field = fields == 2 ? 0 : 1; field < fields; field++) {
                    Long.parseLong(entry[field]);
                }
                checkpoint.entries.add(entry);
            }
        } catch (final NumberFormatException e) {
            throw new InspectException(file + ": not a checkpoint file: " + e.getMessage());
        }
        return checkpoint;
    }

    List<String[]> entries() {
        return entries;
    }

    /** The offset of {@code "topic partition"}, or -1 if there is no such entry, or no such file that is sound. */
    static long offsetOf(final Path file, final String topicPartition) {
        if (topicPartition == null || !Files.isRegularFile(file)) {
            return -1;
        }
        try {
            for (final String[] entry : read(file, 3).entries) {
                if (topicPartition.equals(entry[0] + ' ' + entry[1])) {
                    return Long.parseLong(entry[2]);
                }
            }
        } catch (final InspectException e) {
            return -1;
        }
        return -1;
    }

    /** Leader epochs by the offset at which each begins. */
    TreeMap<Long, Integer> epochsByStart() {
        final TreeMap<Long, Integer> epochs = new TreeMap<>();
        for (final String[] entry : entries) {
            epochs.put(Long.parseLong(entry[1]), Integer.parseInt(entry[0]));
        }
        return epochs;
    }
}
