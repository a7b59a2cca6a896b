package io.millrace.engine.log;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskFile;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The small files in a data directory that say where its logs stand, in Kafka's formats: offset checkpoints, the mark
 * of a clean shutdown and {@code meta.properties}. Read blocking at start; offsets are written asynchronously, so that
 * the old or the new file is there after any crash.
 *
 * <pre>
 *   0                      version
 *   2                      number of entries
 *   topic-name 0 4711      topic, partition, offset
 *   topic-name 1 4712
 * </pre>
 */
public final class Checkpoints {
    public static final String RECOVERY_POINTS = "recovery-point-offset-checkpoint";
    public static final String LOG_STARTS = "log-start-offset-checkpoint";
    public static final String CLEANED = "cleaner-offset-checkpoint";
    public static final String HIGH_WATERMARKS = "replication-offset-checkpoint";
    public static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";
    public static final String META_PROPERTIES = "meta.properties";

    private static final String ROOT = "";
    private static final String VERSION = "0";
    private static final int SHOWN_MAX = 80;
    private static final String CLEAN_SHUTDOWN_TEXT = "{\"version\":0,\"brokerEpoch\":-1}";

    private final LogContext context;

    public Checkpoints(final LogContext context) {
        this.context = context;
    }

    /**
     * Offsets by partition directory name ({@code topic-partition}); empty if there is no file.
     *
     * @throws CheckpointException if the file is not sound; what it says must not be guessed
     */
    public static Map<String, Long> read(final BlockingDisk disk, final String file) {
        final String text = readText(disk, file);
        final TreeMap<String, Long> offsets = new TreeMap<>();
        if (text == null) {
            return offsets;
        }
        final String[] lines = text.split("\n");
        if (!lines[0].trim().equals(VERSION)) {
            throw unsound(file, 1, lines[0], "version " + VERSION);
        }
        final int count = lines.length - 2;
        if (count < 0 || !lines[1].trim().equals(Integer.toString(count))) {
            throw unsound(file, 2, count < 0 ? "" : lines[1], "the number of lines that follow, " + Math.max(0, count));
        }
        for (int i = 2; i < lines.length; i++) {
            readLine(file, i + 1, lines[i], offsets);
        }
        return offsets;
    }

    private static void readLine(
            final String file, final int number, final String line, final Map<String, Long> offsets) {
        final String[] fields = line.trim().split("\\s+");
        try {
            if (fields.length == 3) {
                final int partition = Integer.parseInt(fields[1]);
                final long offset = Long.parseLong(fields[2]);
                if (partition >= 0 && offset >= 0) {
                    offsets.put(PartitionDirectory.nameOf(fields[0], partition), offset);
                    return;
                }
            }
        } catch (final NumberFormatException notANumber) {
            // Told below, with the line.
        }
        throw unsound(file, number, line, "topic, partition and offset");
    }

    private static CheckpointException unsound(
            final String file, final int number, final String line, final String expected) {
        final String shown = line.length() <= SHOWN_MAX ? line : line.substring(0, SHOWN_MAX) + '…';
        return new CheckpointException(
                file + ": line " + number + " is \"" + printable(shown) + "\", expected " + expected);
    }

    private static String printable(final String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) ? '.' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** Replaces the file; at most one write of one file may be under way. */
    public void write(final String file, final Map<String, Long> offsets, final LogCompletion completion) {
        final DirectBuffer text = encode(offsets);
        new DiskSequence(context.disk()).replace(ROOT, file, () -> text).run(completion);
    }

    /** As {@link #write}, blocking; for start-up only. */
    public static void replace(final BlockingDisk disk, final String file, final Map<String, Long> offsets) {
        disk.replace(ROOT, file, encode(offsets));
    }

    private static DirectBuffer encode(final Map<String, Long> offsets) {
        final StringBuilder text =
                new StringBuilder(VERSION).append('\n').append(offsets.size()).append('\n');
        offsets.forEach((name, offset) -> {
            final PartitionDirectory directory = PartitionDirectory.parse(name);
            if (directory == null) {
                throw new IllegalArgumentException(name + ": expected the name of a partition's directory");
            }
            text.append(directory.topic())
                    .append(' ')
                    .append(directory.partition())
                    .append(' ')
                    .append(offset)
                    .append('\n');
        });
        return utf8(text.toString());
    }

    /** Whether the last stop was orderly. Remove the mark before anything is written. */
    public static boolean isCleanShutdown(final BlockingDisk disk) {
        return readText(disk, CLEAN_SHUTDOWN) != null;
    }

    public static void markCleanShutdown(final BlockingDisk disk) {
        disk.replace(ROOT, CLEAN_SHUTDOWN, utf8(CLEAN_SHUTDOWN_TEXT));
    }

    public static void clearCleanShutdown(final BlockingDisk disk) {
        disk.unlink(CLEAN_SHUTDOWN);
        disk.syncDirectory(ROOT);
    }

    /** The properties, or null if there is no file. */
    public static Map<String, String> readMetaProperties(final BlockingDisk disk) {
        final String text = readText(disk, META_PROPERTIES);
        if (text == null) {
            return null;
        }
        final LinkedHashMap<String, String> properties = new LinkedHashMap<>();
        for (final String line : text.split("\n")) {
            final int equals = line.indexOf('=');
            if (equals > 0 && line.charAt(0) != '#') {
                properties.put(
                        line.substring(0, equals).trim(),
                        line.substring(equals + 1).trim());
            }
        }
        return properties;
    }

    public static void writeMetaProperties(final BlockingDisk disk, final Map<String, String> properties) {
        final StringBuilder text = new StringBuilder("#\n");
        properties.forEach(
                (key, value) -> text.append(key).append('=').append(value).append('\n'));
        disk.replace(ROOT, META_PROPERTIES, utf8(text.toString()));
    }

    private static String readText(final BlockingDisk disk, final String name) {
        final DiskFile file = disk.open(name, Disk.OpenMode.READ_ONLY);
        if (file == null) {
            return null;
        }
        try {
            final byte[] bytes = new byte[(int) file.size()];
            final int length = disk.read(file, 0, new UnsafeBuffer(bytes), 0, bytes.length);
            return new String(bytes, 0, length, StandardCharsets.UTF_8);
        } finally {
            file.close();
        }
    }

    private static UnsafeBuffer utf8(final String text) {
        return new UnsafeBuffer(text.getBytes(StandardCharsets.UTF_8));
    }
}
