package io.millrace.engine.log;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The topic id that a partition's directory carries, in Kafka's {@code partition.metadata}:
 *
 * <pre>
 *   version: 0
 *   topic_id: 22 characters of URL-safe base64
 * </pre>
 */
public record PartitionMetadata(long topicIdHigh, long topicIdLow) {
    private static final String VERSION = "version: 0";
    private static final String TOPIC_ID = "topic_id: ";
    private static final int BYTES_MAX = 256;
    private static final int ID_BYTES = 16;

    /** The file's whole content. */
    public DirectBuffer encode() {
        final byte[] id = ByteBuffer.allocate(ID_BYTES)
                .putLong(topicIdHigh)
                .putLong(topicIdLow)
                .array();
        final String text = VERSION
                + '\n'
                + TOPIC_ID
                + Base64.getUrlEncoder().withoutPadding().encodeToString(id)
                + '\n';
        return new UnsafeBuffer(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Puts it into the directory, whatever was there before; durable when this returns. */
    public void write(final BlockingDisk disk, final String directory) {
        disk.replace(directory, directory + '/' + LogFiles.PARTITION_METADATA, encode());
    }

    /** What the directory's file says, or null if there is none or it is not whole. */
    public static PartitionMetadata read(final BlockingDisk disk, final String directory) {
        final DiskFile file = disk.open(directory + '/' + LogFiles.PARTITION_METADATA, Disk.OpenMode.READ_ONLY);
        if (file == null) {
            return null;
        }
        try {
            final UnsafeBuffer bytes = new UnsafeBuffer(ByteBuffer.allocateDirect(BYTES_MAX));
            final byte[] text = new byte[disk.read(file, 0, bytes, 0, BYTES_MAX)];
            bytes.getBytes(0, text);
            return parse(new String(text, StandardCharsets.UTF_8));
        } finally {
            file.close();
        }
    }

    /** Null if the text is not whole. */
    public static PartitionMetadata parse(final String text) {
        final String[] lines = text.split("\n", -1);
        if (lines.length < 3 || !lines[0].equals(VERSION) || !lines[1].startsWith(TOPIC_ID)) {
            return null;
        }
        try {
            final byte[] id = Base64.getUrlDecoder().decode(lines[1].substring(TOPIC_ID.length()));
            if (id.length != ID_BYTES) {
                return null;
            }
            final ByteBuffer buffer = ByteBuffer.wrap(id);
            return new PartitionMetadata(buffer.getLong(), buffer.getLong());
        } catch (final IllegalArgumentException notBase64) {
            return null;
        }
    }

    /** Whether nothing was ever stored in the directory: no segment that holds a byte, or follows on another. */
    public static boolean isUnused(final BlockingDisk disk, final String directory) {
        for (final String name : disk.list(directory)) {
            if (name.endsWith(LogFiles.SNAPSHOT) || LogFiles.offsetOf(name, LogFiles.LOG) > 0) {
                return false;
            }
            if (name.endsWith(LogFiles.LOG)) {
                final DiskFile file = disk.open(directory + '/' + name, Disk.OpenMode.READ_ONLY);
                final boolean empty = file == null || file.size() == 0;
                if (file != null) {
                    file.close();
                }
                if (!empty) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Removes a partition's directory and the files in it. */
    public static void removeTree(final BlockingDisk disk, final String directory) {
        for (final String name : disk.list(directory)) {
            disk.unlink(directory + '/' + name);
        }
        disk.unlink(directory);
    }
}
