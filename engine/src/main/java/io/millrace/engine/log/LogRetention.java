package io.millrace.engine.log;

/**
 * Decides which of the oldest segments go: by age, by size, because they lie below the start. Kafka's rules: only
 * below the high watermark, and the active segment too, after a roll, if its records are old.
 */
final class LogRetention {
    private final Log log;
    private boolean again;
    private long lastMs;
    private long lastHighWatermark;

    LogRetention(final Log log) {
        this.log = log;
    }

    int apply(final long nowMs, final long highWatermark) {
        lastMs = nowMs;
        lastHighWatermark = highWatermark;
        again = false;
        if (log.compactor().isSwapping()) {
            return 0;
        }
        int dropped = 0;
        while (isOldestDue(nowMs, highWatermark)) {
            if (log.segments.size() == 1) {
                if (log.active.size > 0) {
                    again = true;
                    log.startRoll(nowMs);
                }
                break;
            }
            log.dropOldest();
            dropped++;
        }
        log.remover().run();
        return dropped;
    }

    /** The roll that made the active segment droppable is done. */
    void onRolled() {
        if (again) {
            apply(lastMs, lastHighWatermark);
        }
    }

    boolean advanceStart(final long offset, final long highWatermark) {
        if (offset <= log.startOffset()) {
            return false;
        }
        if (offset > highWatermark) {
            throw new IllegalArgumentException("start " + offset + " beyond high watermark " + highWatermark);
        }
        log.moveStart(offset);
        while (!log.compactor().isSwapping() && log.segments.size() > 1 && log.segments.get(1).baseOffset <= offset) {
            log.dropOldest();
        }
        log.remover().run();
        return true;
    }

    private boolean isOldestDue(final long nowMs, final long highWatermark) {
        final Segment oldest = log.segments.getFirst();
        final boolean isActive = oldest == log.active;
        final long end = isActive ? log.endOffset() : log.segments.get(1).baseOffset;
        if (highWatermark < end || (oldest.size == 0 && isActive)) {
            return false;
        }
        final LogConfig config = log.config();
        final boolean isOld = config.retentionMs() >= 0 && nowMs - oldest.newestMs() > config.retentionMs();
        final boolean isTooMuch =
                config.retentionBytes() >= 0 && log.sizeInBytes() - config.retentionBytes() >= oldest.size;
        return isOld || isTooMuch || (!isActive && end <= log.startOffset());
    }
}
