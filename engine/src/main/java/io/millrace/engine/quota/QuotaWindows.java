package io.millrace.engine.quota;

import io.millrace.engine.settings.QuotaSettings;
import io.millrace.engine.settings.Settings;

/**
 * Over how long a rate is kept: who took less than its share may catch up on so much of it.
 *
 * @param startSeconds what a client has that was not seen lately, in seconds of its rate
 * @param depthSeconds the most that it can have
 */
record QuotaWindows(double startSeconds, double depthSeconds) {
    /** Of a window, so that what a new client has on top of its rate is little after ten seconds already. */
    private static final double START_PART = 0.1;

    static QuotaWindows of(final QuotaKind kind, final Settings settings) {
        if (kind == QuotaKind.MUTATION) {
            final double seconds = settings.intOf(QuotaSettings.CONTROLLER_WINDOW_NUM)
                    * (double) settings.intOf(QuotaSettings.CONTROLLER_WINDOW_SIZE_SECONDS);
            return new QuotaWindows(seconds, seconds);
        }
        final double size = settings.intOf(QuotaSettings.WINDOW_SIZE_SECONDS);
        final double depth = size * Math.max(1, settings.intOf(QuotaSettings.WINDOW_NUM) - 1);
        return new QuotaWindows(kind == QuotaKind.CONNECTION ? depth : START_PART * size, depth);
    }
}
