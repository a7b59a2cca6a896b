package io.millrace.engine.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Wakes a thread that waits in a selector, without a lock. {@link java.nio.channels.Selector#wakeup} holds one while it
 * writes: the sleeper, woken by that very write, often runs at once, wants the lock, and then waits until whoever woke
 * it gets a processor again, milliseconds later where processors are busy.
 */
public final class WakePipe implements AutoCloseable {
    private static final int DRAIN_BYTES = 64;

    private final Pipe pipe;
    private final int sourceDescriptor;
    private final int sinkDescriptor;
    private final UnsafeBuffer signal = new UnsafeBuffer(ByteBuffer.allocateDirect(1));
    private final UnsafeBuffer drained = new UnsafeBuffer(ByteBuffer.allocateDirect(DRAIN_BYTES));
    private final AtomicInteger wakers = new AtomicInteger();
    private volatile boolean closed;

    private WakePipe(final Pipe pipe, final int sourceDescriptor, final int sinkDescriptor) {
        this.pipe = pipe;
        this.sourceDescriptor = sourceDescriptor;
        this.sinkDescriptor = sinkDescriptor;
    }

    /** Makes one; null if the platform does not give access to descriptors. */
    public static WakePipe open() {
        if (!Posix.CAN_STREAM) {
            return null;
        }
        final Pipe pipe;
        try {
            pipe = Pipe.open();
            pipe.source().configureBlocking(false);
            pipe.sink().configureBlocking(false);
        } catch (final IOException failure) {
            throw new UncheckedIOException("cannot open a pipe", failure);
        }
        final int source = ChannelInternals.descriptorOf(pipe.source());
        final int sink = ChannelInternals.descriptorOf(pipe.sink());
        if (source < 0 || sink < 0) {
            close(pipe);
            return null;
        }
        return new WakePipe(pipe, source, sink);
    }

    /** To be registered for reading. */
    public SelectableChannel source() {
        return pipe.source();
    }

    /** Any thread. A pipe that is full wakes as well as one with a byte in it. */
    public void wake() {
        wakers.incrementAndGet();
        try {
            if (!closed) {
                Posix.writeStream(sinkDescriptor, signal.addressOffset(), 1);
            }
        } finally {
            wakers.decrementAndGet();
        }
    }

    /** The thread that was woken: forgets all wakes so far. */
    public void drain() {
        long read;
        do {
            read = Posix.readStream(sourceDescriptor, drained.addressOffset(), DRAIN_BYTES);
        } while (read == DRAIN_BYTES);
    }

    /** Waits for those who are waking: a descriptor's number may mean another file right after. */
    @Override
    public void close() {
        closed = true;
        while (wakers.get() != 0) {
            Thread.onSpinWait();
        }
        close(pipe);
    }

    private static void close(final Pipe pipe) {
        try {
            pipe.sink().close();
            pipe.source().close();
        } catch (final IOException failure) {
            throw new UncheckedIOException("cannot close a pipe", failure);
        }
    }
}
