package io.millrace.engine.log;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import java.util.ArrayDeque;

/**
 * Syncs segments by open files of its own: by those of the log, what is appended meanwhile would be told of behind the sync,
 * and so would be acknowledged. That of the active segment is kept for the next time, until it is {@linkplain #letGo let go}:
 * what opens a file may have to wait for other files' syncs. Owned by the log's core.
 */
final class FilesBeside implements LogSync.Handles {
    private final Log log;
    /** Those whose files are open, but were not yet, maybe, when a sync by the log's own failed. */
    private final ArrayDeque<Use> opened = new ArrayDeque<>();

    private boolean keeps;
    private DiskFile kept;
    private Segment keptOf;

    FilesBeside(final Log log) {
        this.log = log;
    }

    @Override
    public void sync(final Segment segment, final DiskCompletion completion, final long token) {
        keeps = true;
        final Use use = new Use(segment, completion, token);
        if (segment == keptOf) {
            use.file = kept;
            kept = null;
            keptOf = null;
            use.sync();
        } else {
            final String path = LogFiles.path(log.directory(), segment.baseOffset, LogFiles.LOG);
            use.file = log.disk().open(path, Disk.OpenMode.EXISTING, use, Use.OPENED);
        }
    }

    /**
     * Begins what waited for a sync by the log's own files. The system tells of lost bytes once by each open file, and not by
     * one that was opened after somebody has been told: were it synced before the log knows, it would vouch for them.
     */
    void proceed() {
        while (!opened.isEmpty() && !log.isSyncing()) {
            opened.poll().sync();
        }
    }

    /** Nothing more is to be synced for now; what is under way ends. */
    void letGo() {
        keeps = false;
        closeKept();
    }

    private void keep(final DiskFile file, final Segment segment) {
        closeKept();
        kept = file;
        keptOf = segment;
    }

    private void closeKept() {
        if (kept != null) {
            kept.close();
            kept = null;
            keptOf = null;
        }
    }

    /** One sync of one file. */
    private final class Use implements DiskCompletion {
        private static final long OPENED = 0;
        private static final long SYNCED = 1;

        private final Segment segment;
        private final DiskCompletion completion;
        private final long token;
        private DiskFile file;

        Use(final Segment segment, final DiskCompletion completion, final long token) {
            this.segment = segment;
            this.completion = completion;
            this.token = token;
        }

        @Override
        public void onDiskCompletion(final long step, final int status, final long value) {
            if (step == OPENED) {
                onOpened(status);
                return;
            }
            if (keeps && segment == log.active) {
                keep(file, segment);
            } else {
                file.close();
            }
            completion.onDiskCompletion(token, status, value);
        }

        /** Where no more files can be open the log's own has to do. */
        private void onOpened(final int status) {
            if (status == DiskStatus.OK) {
                opened.add(this);
                proceed();
            } else {
                segment.file().sync(completion, token);
            }
        }

        void sync() {
            file.sync(this, SYNCED);
        }
    }
}
