package io.millrace.engine.log;

/**
 * A place in a closed segment that is not what it was when it was written.
 *
 * @param path       of the segment's file, in the data directory
 * @param position   of the batch in it, in bytes
 * @param offset     the first one that is in doubt
 * @param what       was found there
 * @param unreadable whether the disk did not give the bytes at all
 */
public record ScrubFinding(String path, long position, long offset, String what, boolean unreadable) {
    @Override
    public String toString() {
        return "DAMAGE in " + path + " byte " + position + ", offset " + offset + ": " + what;
    }
}
