package io.millrace.engine.log;

import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskFile;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A small file beside a compacted log's segments: below which offset batches may be missing, so that a hole anywhere
 * else is known for damage, and which segments the last swap was to replace. Apache Kafka does not look at it.
 *
 * <pre>
 *   0                 version
 *   4711              below it offsets may be missing
 *   0                 the swapped segment's base offset, -1 before the first swap
 *   4711              where the last of those ends that it takes the place of
 *   9a3c11d2          CRC-32C of all before this line
 * </pre>
 *
 * @param sound whether the file could be read
 */
public record CompactionMark(long holesBelow, long swapBase, long swapEnd, boolean sound) {
    public static final String NAME = "millrace-compaction";
    public static final CompactionMark NONE = new CompactionMark(0, -1, -1, true);

    private static final String VERSION = "0";
    private static final int LINES = 5;
    /** Where holes are then is not known. */
    private static final CompactionMark UNSOUND = new CompactionMark(Long.MAX_VALUE, -1, -1, false);

    static CompactionMark read(final BlockingDisk disk, final String directory) {
        final DiskFile file = disk.open(directory + '/' + NAME, Disk.OpenMode.READ_ONLY);
        if (file == null) {
            return NONE;
        }
        try {
            final byte[] bytes = new byte[(int) Math.min(file.size(), 4096)];
            return decode(bytes, disk.read(file, 0, new UnsafeBuffer(bytes), 0, bytes.length));
        } finally {
            file.close();
        }
    }

    /** Reads a file's bytes; what is not sound says that holes may be anywhere. */
    public static CompactionMark decode(final byte[] bytes, final int length) {
        final String text = new String(bytes, 0, length, StandardCharsets.US_ASCII);
        final String[] lines = text.split("\n");
        if (lines.length != LINES || !lines[0].equals(VERSION) || !text.endsWith("\n")) {
            return UNSOUND;
        }
        final String body = text.substring(0, text.length() - lines[LINES - 1].length() - 1);
        if (!lines[LINES - 1].equals(crcOf(body))) {
            return UNSOUND;
        }
        try {
            return new CompactionMark(
                    Long.parseLong(lines[1]), Long.parseLong(lines[2]), Long.parseLong(lines[3]), true);
        } catch (final NumberFormatException notOurs) {
            return UNSOUND;
        }
    }

    DirectBuffer encode() {
        final String body = VERSION + '\n' + holesBelow + '\n' + swapBase + '\n' + swapEnd + '\n';
        return new UnsafeBuffer((body + crcOf(body) + '\n').getBytes(StandardCharsets.US_ASCII));
    }

    private static String crcOf(final String body) {
        final byte[] bytes = body.getBytes(StandardCharsets.US_ASCII);
        return Integer.toHexString(new Crc32c().compute(new UnsafeBuffer(bytes), 0, bytes.length));
    }
}
