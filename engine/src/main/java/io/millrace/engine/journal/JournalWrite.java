package io.millrace.engine.journal;

import io.millrace.engine.log.LogCompletion;
import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import org.agrona.DirectBuffer;

/** One write past the page cache at a time, continued where it came out short. */
final class JournalWrite implements DiskCompletion {
    private DiskFile file;
    private long position;
    private DirectBuffer source;
    private int length;
    private int written;
    private LogCompletion completion;
    private boolean busy;

    boolean isBusy() {
        return busy;
    }

    void start(
            final DiskFile target,
            final long at,
            final DirectBuffer bytes,
            final int count,
            final LogCompletion whenDone) {
        busy = true;
        file = target;
        position = at;
        source = bytes;
        length = count;
        written = 0;
        completion = whenDone;
        more();
    }

    private void more() {
        file.writeThrough(position + written, source, written, length - written, this, 0);
    }

    @Override
    public void onDiskCompletion(final long token, final int status, final long value) {
        written += (int) value;
        if (status == DiskStatus.OK && value > 0 && written < length) {
            more();
            return;
        }
        busy = false;
        completion.onComplete(status == DiskStatus.OK && written < length ? DiskStatus.NO_SPACE : status);
    }
}
