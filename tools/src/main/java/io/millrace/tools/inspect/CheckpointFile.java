package io.millrace.tools.inspect;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Apache Kafka's text checkpoints: a line with version 0, a line with the count, and a line for each entry, which is
 * {@code topic partition offset} or, for leader epochs, {@code epoch offset}.
 */
final class CheckpointFile {
    /** An entry's fields, and the byte at which its line begins. */
    record Entry(String[] fields, long position) {
        /** The field as a number; that it is one was seen when the file was read. */
        long number(final int field) {
            return Long.parseLong(fields[field]);
        }
    }

    private static final int BYTES_MAX = 1 << 26;
    private static final int SHOWN_MAX = 32;

    private final Path file;
    private final List<Entry> entries = new ArrayList<>();

    private CheckpointFile(final Path file) {
        this.file = file;
    }

    /**
     * @param fields in an entry
     * @throws InspectException if the file is not such a checkpoint, with the byte of the line that is not
     */
    static CheckpointFile read(final Path file, final int fields) {
        // A byte is a character here, so that positions are right whatever is in the file.
        final String text = new String(FileWindow.readAll(file, BYTES_MAX), StandardCharsets.ISO_8859_1);
        final CheckpointFile checkpoint = new CheckpointFile(file);
        if (text.isEmpty() && file.endsWith(DataDirectory.CLEANED)) {
            // As Apache Kafka makes it, long before it compacts anything.
            return checkpoint;
        }
        final String[] lines = text.isEmpty() ? new String[0] : text.split("\n");
        if (checkpoint.number(lines, 0, 0) != 0) {
            throw InspectException.damaged(file, 0, "version " + lines[0].strip() + ", expected 0");
        }
        long position = lines[0].length() + 1;
        final long count = checkpoint.number(lines, 1, position);
        if (count != lines.length - 2) {
            throw InspectException.damaged(file, position, "says " + count + " entries and has " + (lines.length - 2));
        }
        position += lines[1].length() + 1;
        for (int i = 2; i < lines.length; i++) {
            checkpoint.entries.add(checkpoint.entry(lines[i], fields, position));
            position += lines[i].length() + 1;
        }
        return checkpoint;
    }

    private long number(final String[] lines, final int line, final long position) {
        if (line >= lines.length) {
            throw InspectException.damaged(
                    file, position, "ends where its " + (line == 0 ? "version" : "count") + " should be");
        }
        return number(lines[line].strip(), position);
    }

    private long number(final String text, final long position) {
        try {
            return Long.parseLong(text);
        } catch (final NumberFormatException e) {
            final String shown = text.length() > SHOWN_MAX ? text.substring(0, SHOWN_MAX) + "…" : text;
            throw InspectException.damaged(file, position, Values.quoted(shown) + " where a number should be");
        }
    }

    private Entry entry(final String line, final int fields, final long position) {
        final String[] found = line.strip().split("\\s+");
        if (found.length != fields) {
            throw InspectException.damaged(
                    file, position, "an entry of " + found.length + " fields, expected " + fields);
        }
        for (int field = fields == 2 ? 0 : 1; field < fields; field++) {
            number(found[field], position);
        }
        return new Entry(found, position);
    }

    Path file() {
        return file;
    }

    List<Entry> entries() {
        return entries;
    }

    /** The offset of {@code "topic partition"}, or -1 if there is no such entry, or no such file that is sound. */
    static long offsetOf(final Path file, final String topicPartition) {
        if (topicPartition == null || !Files.isRegularFile(file)) {
            return -1;
        }
        try {
            for (final Entry entry : read(file, 3).entries) {
                if (topicPartition.equals(entry.fields()[0] + ' ' + entry.fields()[1])) {
                    return entry.number(2);
                }
            }
        } catch (final InspectException e) {
            return -1;
        }
        return -1;
    }
}
