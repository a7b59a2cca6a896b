package io.millrace.engine.log;

/** What an operator should know of a log's compactions: said when it begins or becomes another, not at each try. */
final class CompactionTrouble {
    private enum Kind {
        NONE,
        LEFT,
        PUT_OFF,
        ENDED
    }

    private Kind kind = Kind.NONE;
    private String untold;

    /**
     * A compaction has ended.
     *
     * @param fault why the log cannot be compacted, or null
     * @param hitch what else was wrong, or null
     */
    void onEnd(final String directory, final boolean compacted, final String fault, final String hitch) {
        if (fault != null) {
            become(Kind.ENDED, directory + " is not compacted any more until the next start: " + fault);
        } else if (hitch == null) {
            kind = compacted ? Kind.NONE : kind;
        } else if (compacted) {
            become(Kind.LEFT, directory + " is compacted, but not all of it, a batch was left as it is: " + hitch);
        } else {
            become(Kind.PUT_OFF, directory + " could not be compacted, and is tried again: " + hitch);
        }
    }

    private void become(final Kind now, final String what) {
        if (kind != now) {
            kind = now;
            untold = what;
        }
    }

    String untold() {
        return untold;
    }

    void told() {
        untold = null;
    }
}
