package io.millrace.net.socket;

import java.nio.channels.SelectableChannel;

/**
 * Ends the wait of a core in its selector, from any other thread and without a lock.
 *
 * @param source what the selector watches for reading
 * @param wake   any thread: makes the source readable
 * @param drain  the core's thread: forgets all wakes so far
 * @param close  the core's thread: from now on a wake does nothing
 */
public record Waker(SelectableChannel source, Runnable wake, Runnable drain, Runnable close) {}
