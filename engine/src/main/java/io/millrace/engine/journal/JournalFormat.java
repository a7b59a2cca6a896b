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
 *  block   0         4       8      12        16            24           32       36        40       48        56        64
 *          +---------+-------+------+---------+-------------+------------+--------+---------+--------+---------+---------+--------
 *          | head's  | magic | core | records | generation  |  sequence  | block  |  used   | oldest | durable | version | records
 *          | CRC-32C |       |      |         |             |            | bytes  |  bytes  | seq.   | seq.    |         | …
 *          +---------+-------+------+---------+-------------+------------+--------+---------+--------+---------+---------+--------
 *
 *  record  0         4         8       12       16         32          36         40       48       56       64
 *          +---------+---------+-------+--------+----------+-----------+----------+--------+--------+--------+---------
 *          | head's  | batch's | batch | leader | topic id | partition | block's  | base   | next   | stable | batch …
 *          | CRC-32C | CRC-32C | bytes | epoch  |          |           | sequence | offset | offset | offset |
 *          +---------+---------+-------+--------+----------+-----------+----------+--------+--------+--------+---------
 * </pre>
 *
 * A head's CRC covers the rest of the head, the batch's CRC among it, so that together they cover the record; both of a
 * record's are crossed with its generation, so that what an older one left, or a client made up, is none. Records begin
 * at multiples of 8. The generation rises with each use of any of the core's files and begins somewhere at random;
 * sequences count the core's rounds without gaps, and rounds are written one at a time. So the newest head tells which
 * sequences must be there, from the oldest that is still needed to the last that was durable: any of these that is not
 * sound was not torn by a crash but damaged. Records name their block, and are found though its head is lost.
 */
public final class JournalFormat {
    public static final int MAGIC = 0x4C4A524D; // "MRJL"
    /** Stands in every block's head; another one is refused, not guessed at. */
    public static final int VERSION = 1;

    public static final int ALIGNMENT = DiskFile.BLOCK_BYTES;
    public static final int BLOCK_HEAD_BYTES = JournalBlockEncoder.BLOCK_LENGTH;
    public static final int RECORD_HEAD_BYTES = JournalRecordEncoder.BLOCK_LENGTH;
    public static final int CRC_BYTES = 4;

    private static final String NAME_PREFIX = "millrace-journal.";
    private static final Pattern NAME = Pattern.compile("millrace-journal\\.[0-9]{1,6}\\.[0-9]{1,6}");
    private static final String ASIDE = "-kept-";
    /** Is there while journals are removed whose records all lie in synced segments: what is left of them says nothing. */
    public static final String REPLAYED = "millrace-journal.replayed";

    private static final int RECORD_ALIGNMENT = 8;

    private JournalFormat() {}

    /** What a record's CRCs are crossed with: the head's with the upper half, the batch's with the lower. */
    static long crossed(final long generation) {
        final long first = (generation ^ (generation >>> 30)) * 0xBF58476D1CE4E5B9L;
        final long second = (first ^ (first >>> 27)) * 0x94D049BB133111EBL;
        return second ^ (second >>> 31);
    }

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

    public static int coreOf(final String name) {
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
