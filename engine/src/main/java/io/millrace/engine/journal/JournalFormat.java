package io.millrace.engine.journal;

import io.millrace.codec.journal.JournalBlockEncoder;
import io.millrace.codec.journal.JournalRecordEncoder;
import io.millrace.engine.port.DiskFile;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How a journal lies on the disk. A core has a few files of one size, each a run of blocks that begin and end at
 * multiples of 4096; a block is what one sync round wrote, and holds one record for each batch. All numbers are little
 * endian, the heads are SBE's ({@code journal.xml}).
 *
 * <pre>
 *  file    | empty block: opens a generation | block | block | … | blocks of older generations, or zeros
 *
 *  block   0         4       8      12        16            24           32       36        40      64
 *          +---------+-------+------+---------+-------------+------------+--------+---------+-------+---------
 *          | head's  | magic | core | records | generation  |  sequence  | block  |  used   | zeros | records …
 *          | CRC-32C |       |      |         |             |            | bytes  |  bytes  |       |
 *          +---------+-------+------+---------+-------------+------------+--------+---------+-------+---------
 *
 *  record  0         4         8       12       16         32          36       40       48       56       64
 *          +---------+---------+-------+--------+----------+-----------+--------+--------+--------+--------+---------
 *          | head's  | batch's | batch | leader | topic id | partition | zeros  | base   | next   | stable | batch …
 *          | CRC-32C | CRC-32C | bytes | epoch  |          |           |        | offset | offset | offset |
 *          +---------+---------+-------+--------+----------+-----------+--------+--------+--------+--------+---------
 * </pre>
 *
 * A head's CRC covers the rest of the head, the batch's CRC among it, so that together they cover the record. Records
 * begin at multiples of 8. The generation rises with each use of any of the core's files and begins somewhere at random;
 * sequences count the core's rounds without gaps, so a block that is not sound, though a later one is there, was not torn
 * by a crash but damaged: rounds are written one at a time.
 */
public final class JournalFormat {
    public static final int MAGIC = 0x314A524D; // "MRJ1"
    public static final int ALIGNMENT = DiskFile.BLOCK_BYTES;
    public static final int BLOCK_HEAD_BYTES = JournalBlockEncoder.BLOCK_LENGTH;
    public static final int RECORD_HEAD_BYTES = JournalRecordEncoder.BLOCK_LENGTH;
    public static final int CRC_BYTES = 4;

    private static final String NAME_PREFIX = "millrace-journal.";
    private static final Pattern NAME = Pattern.compile("millrace-journal\\.[0-9]{1,6}\\.[0-9]{1,6}");
    private static final String ASIDE = "-kept-";
    private static final int RECORD_ALIGNMENT = 8;

    private JournalFormat() {}

    /** Such as {@code millrace-journal.0.3}: nothing that could be the directory of a partition. */
    public static String nameOf(final int core, final int number) {
        return NAME_PREFIX + core + '.' + number;
    }

    /** Whether a name in the data directory is that of a journal's file. */
    public static boolean isJournal(final String name) {
        return NAME.matcher(name).matches();
    }

    /** What a journal's file is called once it is kept for people alone; none of the names taken. */
    static String nameAside(final String name, final Set<String> taken) {
        int number = 0;
        while (taken.contains(name + ASIDE + number)) {
            number++;
        }
        return name + ASIDE + number;
    }

    static int coreOf(final String name) {
        return Integer.parseInt(name.substring(NAME_PREFIX.length(), name.lastIndexOf('.')));
    }

    public static int blockBytes(final int usedBytes) {
        return Math.ceilDiv(usedBytes, ALIGNMENT) * ALIGNMENT;
    }

    /** What a record takes in a block. */
    public static int recordBytes(final int batchBytes) {
        return RECORD_HEAD_BYTES + Math.ceilDiv(batchBytes, RECORD_ALIGNMENT) * RECORD_ALIGNMENT;
    }
}
