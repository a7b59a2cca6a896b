package io.millrace.net.socket;

import io.millrace.engine.os.WakePipe;

/** What the broker gives its transports. */
public final class Wakers {
    private Wakers() {}

    public static Waker open() {
        final WakePipe pipe = WakePipe.open();
        return new Waker(pipe.source(), pipe::wake, pipe::drain, pipe::close);
    }
}
