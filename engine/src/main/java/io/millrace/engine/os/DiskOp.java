package io.millrace.engine.os;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskSpace;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * One operation on its way from a core to the disk and back; pooled by the {@link OsDisk} it belongs to. Filled on the
 * core, worked on by a lane's thread if it goes there, delivered on the core: the queues between publish the fields.
 */
final class DiskOp {
    static final int OPEN = 0;
    static final int MAKE_DIRECTORY = 1;
    static final int RENAME = 2;
    static final int UNLINK = 3;
    static final int LIST = 4;
    static final int SYNC_DIRECTORY = 5;
    static final int WRITE = 6;
    static final int READ = 7;
    static final int SYNC = 8;
    static final int ALLOCATE = 9;
    static final int PREFETCH = 10;
    static final int TRUNCATE = 11;
    static final int CLOSE = 12;
    static final int EVICT = 13;
    static final int SPACE = 14;
    static final int WRITE_THROUGH = 15;

    final OsDisk disk;
    int kind;
    OsDiskFile file;
    String path;
    String target;
    Disk.OpenMode mode;
    List<String> names;
    DiskSpace space;
    String[] listed;
    DirectBuffer source;
    MutableDirectBuffer sink;
    int offset;
    long position;
    long length;
    DiskCompletion completion;
    long token;

    int status;
    long value;
    Throwable failure;
    boolean done;
    /** Whether later operations of the file must not overtake this one. */
    boolean ordered;
    /** Whether it completes whenever it is done, past others of its file. */
    boolean hint;
    /** The next operation of the same file, in the order of submission; also links the free ones. */
    DiskOp nextInFile;
    /** The next operation that is ready to be delivered. */
    DiskOp nextReady;

    DiskOp(final OsDisk disk) {
        this.disk = disk;
    }

    void clear() {
        file = null;
        path = null;
        target = null;
        mode = null;
        names = null;
        space = null;
        listed = null;
        source = null;
        sink = null;
        completion = null;
        failure = null;
        status = 0;
        value = 0;
        done = false;
        ordered = false;
        hint = false;
        nextInFile = null;
        nextReady = null;
    }
}
