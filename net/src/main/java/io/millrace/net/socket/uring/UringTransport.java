package io.millrace.net.socket.uring;

import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.Endpoint;
import io.millrace.net.socket.AcceptHandler;
import io.millrace.net.socket.ListenException;
import io.millrace.net.socket.ListeningSocket;
import io.millrace.net.socket.SocketListener;
import io.millrace.net.socket.SocketSettings;
import io.millrace.net.socket.Transport;
import io.millrace.net.socket.Waker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToIntFunction;
import org.agrona.BufferUtil;
import org.agrona.collections.IntArrayList;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One core's sockets on an io_uring: a turn of the loop is one system call, in which the small answers of the turn
 * before leave, what came in is received, and the core sleeps if there is nothing; without anything to send or to
 * receive it is none. Large transfers are calls of their own, straight from and to where the bytes belong.
 *
 * <p>Accepting, and whatever else a channel can do, is left to NIO's channels; only their descriptors are used here.
 */
public final class UringTransport implements Transport {
    /** What a completion is for: in the lowest byte of its user data, the number of whose it is above. */
    static final int INPUT = 1;

    static final int OUTPUT = 2;
    static final int ROOM = 3;
    private static final int LISTENER = 4;
    private static final int WAKE = 5;
    private static final int NOBODY = 6;
    private static final int KIND_BITS = 8;

    private static final int POLLIN = 1;
    private static final int CANCEL_ALL_OF_ANYBODY = 1 | 1 << 2;
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int PAUSE_TURNS = 100_000;
    private static final int LOOKS_MAX = 16;
    private static final long END_LOOK_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int END_LOOKS_MAX = 100;
    private static final int BOUNCE_BYTES = 64 * 1024;

    private final SocketSettings settings;
    private final Waker waker;
    private final int wakeDescriptor;
    private final ToIntFunction<SelectableChannel> descriptors;
    private final Uring ring;
    private final ReceiveBuffers receiveBuffers;
    private final SendSlots sendSlots;
    private final UnsafeBuffer bounce = new UnsafeBuffer(BufferUtil.allocateDirectAligned(BOUNCE_BYTES, Long.BYTES));
    private final UnsafeBuffer filePosition =
            new UnsafeBuffer(BufferUtil.allocateDirectAligned(Long.BYTES, Long.BYTES));
    private final AtomicBoolean wakeupPending = new AtomicBoolean();
    private final List<UringListener> listeners = new ArrayList<>();
    private final IntArrayList freeNumbers = new IntArrayList();
    private UringEndpoint[] endpoints = new UringEndpoint[64];
    private List<UringEndpoint> ready = new ArrayList<>();
    private List<UringEndpoint> serving = new ArrayList<>();
    private final List<UringEndpoint> sending = new ArrayList<>();
    private Thread owner;
    private int numbers;
    private int open;
    private int accepted;
    private int pausedTurns;
    private boolean closing;

    /**
     * Makes one if the system allows; one for each core.
     *
     * @param waker       what ends this core's sleep and is closed with the transport, unless this fails
     * @param descriptors tells the number of the file behind a channel, negative if it cannot
     * @throws UringException saying why not
     */
    public static UringTransport open(
            final SocketSettings settings,
            final UringSizes sizes,
            final Waker waker,
            final ToIntFunction<SelectableChannel> descriptors)
            throws UringException {
        if (waker == null || descriptors.applyAsInt(waker.source()) < 0) {
            throw new UringException("the Java runtime does not show channels' descriptors");
        }
        final Uring ring = new Uring(sizes.submissions(), sizes.completions());
        ReceiveBuffers buffers = null;
        try {
            buffers = new ReceiveBuffers(ring, sizes.receiveBuffers(), sizes.receiveBufferBytes());
            final SendSlots slots = new SendSlots(sizes.sendSlots(), sizes.sendSlotBytes());
            return new UringTransport(settings, waker, descriptors, ring, buffers, slots);
        } catch (final UringException failed) {
            ring.close();
            if (buffers != null) {
                buffers.close();
            }
            throw failed;
        }
    }

    private UringTransport(
            final SocketSettings settings,
            final Waker waker,
            final ToIntFunction<SelectableChannel> descriptors,
            final Uring ring,
            final ReceiveBuffers receiveBuffers,
            final SendSlots sendSlots) {
        this.settings = settings;
        this.waker = waker;
        this.descriptors = descriptors;
        this.ring = ring;
        this.receiveBuffers = receiveBuffers;
        this.sendSlots = sendSlots;
        wakeDescriptor = descriptors.applyAsInt(waker.source());
    }

    @Override
    public SocketListener listen(final InetSocketAddress address, final AcceptHandler handler) {
        final ListeningSocket socket = new ListeningSocket(address, settings, handler);
        final int descriptor = descriptors.applyAsInt(socket.channel());
        if (descriptor < 0) {
            socket.close();
            throw new ListenException("cannot wait for connections: no descriptor", null);
        }
        final UringListener listener = new UringListener(this, socket, descriptor, listeners.size());
        listeners.add(listener);
        if (owner != null) {
            listener.watch();
        }
        return listener;
    }

    @Override
    public Endpoint adopt(final SocketChannel channel) {
        try {
            settings.applyToConnection(channel);
        } catch (final IOException gone) {
            close(channel);
            return null;
        }
        final int descriptor = descriptors.applyAsInt(channel);
        final int number = freeNumbers.isEmpty() ? numbers++ : freeNumbers.popInt();
        if (number == endpoints.length) {
            endpoints = Arrays.copyOf(endpoints, endpoints.length * 2);
        }
        endpoints[number] = new UringEndpoint(this, channel, descriptor, number);
        open++;
        return endpoints[number];
    }

    private static void close(final SocketChannel channel) {
        try {
            channel.close();
        } catch (final IOException ignored) {
            // The peer has gone before us.
        }
    }

    @Override
    public int endpoints() {
        return open;
    }

    @Override
    public int poll(final long maxWaitNs) {
        begin();
        accepted = 0;
        for (int i = 0; i < sending.size(); i++) {
            sending.get(i).output().prepare();
        }
        final boolean isPaused = isAcceptingPaused();
        final long waitNs =
                ready.isEmpty() && ring.available() == 0 ? isPaused ? Math.min(PAUSE_NS, maxWaitNs) : maxWaitNs : 0;
        if (waitNs > 0 || ring.wantsEnter()) {
            ring.enter(waitNs);
        }
        takeInAll();
        for (int i = 0; i < sending.size(); i++) {
            sending.get(i).output().settle();
        }
        sending.clear();
        final int calls = accepted + serve();
        if (isPaused && (waitNs > 0 || ++pausedTurns > PAUSE_TURNS)) {
            pausedTurns = 0;
            listeners.forEach(UringListener::resume);
        }
        return calls;
    }

    /** The first turn makes the calling thread the owner: the ring takes submissions from no other. */
    private void begin() {
        if (owner == null) {
            try {
                ring.enable();
            } catch (final UringException failed) {
                throw new IllegalStateException("io_uring: " + failed.getMessage(), failed);
            }
            owner = Thread.currentThread();
            watchForWakes();
            listeners.forEach(UringListener::watch);
        }
    }

    private void watchForWakes() {
        ring.prepare(Uring.OP_POLL_ADD, wakeDescriptor, WAKE);
        ring.operationFlags(POLLIN);
    }

    /** Takes in what the kernel has for us, without waiting and without calling any endpoint's handler. */
    void look() {
        if (ring.wantsEnter()) {
            ring.enter(0);
        }
        takeInAll();
    }

    private void takeInAll() {
        takeIn();
        for (int i = 0; i < LOOKS_MAX && ring.hasWork(); i++) {
            ring.enter(0);
            takeIn();
        }
        // What does not fit into the queue the kernel keeps until it is asked. None of that may be left out: sends of
        // which nothing is heard are taken for done.
        while (ring.hasOverflow()) {
            ring.enter(0);
            takeIn();
        }
    }

    private void takeIn() {
        final int count = ring.available();
        for (int i = 0; i < count; i++) {
            onCompletion(ring.userData(i), ring.result(i), ring.completionFlags(i));
        }
        if (count > 0) {
            ring.consume(count);
        }
    }

    private void onCompletion(final long userData, final int result, final int flags) {
        final int kind = (int) userData & (1 << KIND_BITS) - 1;
        final int number = (int) (userData >>> KIND_BITS);
        switch (kind) {
            case NOBODY -> {
                // A cancellation that found nothing to cancel.
            }
            case WAKE -> {
                waker.drain().run();
                // Whoever set the flag had published its reason before; the caller looks for it before it sleeps.
                wakeupPending.set(false);
                if (!closing) {
                    watchForWakes();
                }
            }
            case LISTENER -> accepted += listeners.get(number).onCompletion();
            default -> {
                final UringEndpoint endpoint = endpoints[number];
                endpoint.onCompletion(kind, result, flags);
                if (endpoint.isClosed()) {
                    freeIfDone(endpoint);
                } else {
                    listIfReady(endpoint);
                }
            }
        }
    }

    void listIfReady(final UringEndpoint endpoint) {
        if (!endpoint.listed && endpoint.isReady()) {
            endpoint.listed = true;
            ready.add(endpoint);
        }
    }

    private int serve() {
        if (ready.isEmpty()) {
            return 0;
        }
        final List<UringEndpoint> now = ready;
        ready = serving;
        serving = now;
        int calls = 0;
        for (int i = 0; i < now.size(); i++) {
            final UringEndpoint endpoint = now.get(i);
            endpoint.listed = false;
            calls += endpoint.serve();
            listIfReady(endpoint);
        }
        now.clear();
        return calls;
    }

    private boolean isAcceptingPaused() {
        for (int i = 0; i < listeners.size(); i++) {
            if (listeners.get(i).isPaused()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void wakeup() {
        if (!wakeupPending.get() && wakeupPending.compareAndSet(false, true)) {
            waker.wake().run();
        }
    }

    // For endpoints and listeners

    ReceiveBuffers receiveBuffers() {
        return receiveBuffers;
    }

    SendSlots sendSlots() {
        return sendSlots;
    }

    /** Through which memory on the heap goes. */
    UnsafeBuffer bounce() {
        return bounce;
    }

    /** A submission for an endpoint, to be completed by the caller. */
    Uring prepare(final int operation, final UringEndpoint endpoint, final int kind) {
        ring.prepare(operation, endpoint.descriptor(), userData(endpoint.number(), kind));
        return ring;
    }

    Uring prepareListening(final int descriptor, final int number) {
        ring.prepare(Uring.OP_POLL_ADD, descriptor, userData(number, LISTENER));
        return ring;
    }

    void cancel(final UringEndpoint endpoint, final int kind) {
        cancel(userData(endpoint.number(), kind));
    }

    void cancelListening(final int number) {
        cancel(userData(number, LISTENER));
    }

    private void cancel(final long userData) {
        if (isOwned()) {
            ring.prepare(Uring.OP_ASYNC_CANCEL, -1, NOBODY);
            ring.memory(userData, 0).flags(Uring.IOSQE_CQE_SKIP_SUCCESS);
        }
    }

    @SuppressWarnings("ReferenceEquality") // one thread and no other
    private boolean isOwned() {
        return owner == Thread.currentThread();
    }

    private static long userData(final int number, final int kind) {
        return (long) number << KIND_BITS | kind;
    }

    /** The next poll sends what the endpoint keeps. */
    void toSend(final UringEndpoint endpoint) {
        sending.add(endpoint);
    }

    long sendFile(final UringEndpoint endpoint, final DiskFile file, final long position, final long length) {
        final int descriptor = file.descriptor();
        if (descriptor >= 0) {
            filePosition.putLong(0, position);
            final long sent =
                    SystemCalls.sendFile(endpoint.descriptor(), descriptor, filePosition.addressOffset(), length);
            return endpoint.output().sent(sent, length);
        }
        try {
            return endpoint.output().sent(file.transferTo(position, length, endpoint.channel()), length);
        } catch (final IOException gone) {
            return Endpoint.CLOSED;
        }
    }

    void onClosed(final UringEndpoint endpoint) {
        open--;
        freeIfDone(endpoint);
    }

    private void freeIfDone(final UringEndpoint endpoint) {
        if (!endpoint.isInFlight() && endpoints[endpoint.number()] == endpoint) {
            endpoints[endpoint.number()] = null;
            freeNumbers.addInt(endpoint.number());
        }
    }

    /** Closes all, and frees the memory once the kernel uses it no more. */
    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        listeners.forEach(UringListener::close);
        for (int i = 0; i < numbers; i++) {
            if (endpoints[i] != null) {
                endpoints[i].close();
            }
        }
        if (isOwned()) {
            endWhatIsInFlight();
        }
        // Another thread comes here once the owner has ended: with it the kernel has ended whatever was in flight.
        ring.close();
        receiveBuffers.close();
        sendSlots.close();
        waker.close().run();
    }

    private void endWhatIsInFlight() {
        ring.prepare(Uring.OP_ASYNC_CANCEL, -1, NOBODY);
        ring.operationFlags(CANCEL_ALL_OF_ANYBODY).flags(Uring.IOSQE_CQE_SKIP_SUCCESS);
        look();
        for (int i = 0; i < END_LOOKS_MAX && freeNumbers.size() < numbers; i++) {
            ring.enter(END_LOOK_NS);
            look();
        }
    }
}
