package io.millrace.net.aeron;

import io.aeron.ControlledFragmentAssembler;
import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.ControlledFragmentHandler;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import io.millrace.engine.port.PeerHandler;
import io.millrace.engine.port.PeerLink;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A lane over an exclusive publication to the peer and a subscription back. Owned by one thread, which is also that of
 * the Aeron client's conductor.
 *
 * <p>Aeron's sessions have one direction, and a publication does not notice that its reader was replaced. Hence each end
 * draws a name for each session that it enters, and every message carries both names as its sender knows them:
 *
 * <pre>
 *   0                8                16
 *  +----------------+----------------+------------------------
 *  |  sender's name | receiver's name| message (none: a greeting)
 *  +----------------+----------------+------------------------
 * </pre>
 *
 * An end is connected once it has heard its own name. It draws a new one, and is not connected, when the image or the
 * publication's reader is gone, or the peer has another name. Source of the buffers' rules: Aeron's data frame.
 */
public final class AeronPeerLink implements PeerLink {
    static final int HEADER_BYTES = 2 * Long.BYTES;
    private static final long NOBODY = 0;
    private static final int DISCARD_LIMIT = 64;
    private static final FragmentHandler DISCARD = (buffer, offset, length, ignored) -> {};

    private final AeronPeerLinkContext context;
    private final AgentInvoker conductor;
    private final UnsafeBuffer header = new UnsafeBuffer(new byte[HEADER_BYTES]);
    private final ControlledFragmentAssembler assembler = new ControlledFragmentAssembler(this::onFragment);
    private final long subscriptionId;
    private long publicationId;
    private Subscription subscription;
    private ExclusivePublication publication;
    private Image image;

    private long ownName;
    private long peerName = NOBODY;
    private boolean connected;
    private boolean greetingDue = true;
    private long session;
    private boolean closed;

    private PeerHandler handler;
    private int delivered;
    private RuntimeException failure;

    public AeronPeerLink(final AeronPeerLinkContext context) {
        this.context = context.conclude();
        conductor = context.aeron().conductorAgentInvoker();
        subscriptionId = context.aeron().asyncAddSubscription(context.inChannel(), context.inStreamId());
        publicationId = context.aeron().asyncAddExclusivePublication(context.outChannel(), context.outStreamId());
        drawName();
    }

    @Override
    public long offer(final DirectBuffer message, final int offset, final int length) {
        if (closed) {
            return CLOSED;
        }
        if (length <= 0 || length > context.maxMessageBytes()) {
            throw new IllegalArgumentException(
                    "message of " + length + " bytes: expected 1 to " + context.maxMessageBytes());
        }
        update();
        if (!connected) {
            return NOT_CONNECTED;
        }
        if (greetingDue) {
            return BACK_PRESSURED;
        }
        return resultOf(publication.offer(header, 0, HEADER_BYTES, message, offset, length, null));
    }

    @Override
    public int poll(final PeerHandler newHandler, final int limit) {
        if (closed) {
            return 0;
        }
        final long before = session;
        update();
        if (image == null || session != before) {
            return 0;
        }
        handler = newHandler;
        delivered = 0;
        image.controlledPoll(assembler, limit);
        handler = null;
        if (failure != null) {
            final RuntimeException thrown = failure;
            failure = null;
            throw thrown;
        }
        return delivered;
    }

    @Override
    public boolean isConnected() {
        return connected;
    }

    @Override
    public long session() {
        return session;
    }

    @Override
    public int maxMessageBytes() {
        return context.maxMessageBytes();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        connected = false;
        if (publication != null) {
            publication.close();
        } else {
            context.aeron().asyncRemovePublication(publicationId);
        }
        if (subscription != null) {
            subscription.close();
        } else {
            context.aeron().asyncRemoveSubscription(subscriptionId);
        }
    }

    /** Leaves the session as if it had been lost, for those who test what happens then. */
    void loseSession() {
        leave();
    }

    private void update() {
        conductor.invoke();
        if (subscription == null) {
            subscription = context.aeron().getSubscription(subscriptionId);
        }
        if (publication == null) {
            publication = context.aeron().getExclusivePublication(publicationId);
        }
        if (subscription == null || publication == null) {
            return;
        }
        if (publication.isClosed()) {
            leave();
            publicationId = context.aeron().asyncAddExclusivePublication(context.outChannel(), context.outStreamId());
            publication = null;
            return;
        }
        followImage();
        if (connected && !publication.isConnected()) {
            leave();
        }
        if (greetingDue && publication.isConnected()) {
            greetingDue = resultOf(publication.offer(header, 0, HEADER_BYTES)) < 0;
        }
    }

    /**
     * The newest image is the peer; what an older one still holds came from a lost session. Their order in the
     * subscription says nothing, but the driver numbers them as they come.
     */
    private void followImage() {
        Image newest = null;
        for (int i = subscription.imageCount() - 1; i >= 0; i--) {
            final Image candidate = subscription.imageAtIndex(i);
            if (newest == null || candidate.correlationId() > newest.correlationId()) {
                newest = candidate;
            }
        }
        for (int i = subscription.imageCount() - 1; i >= 0; i--) {
            final Image candidate = subscription.imageAtIndex(i);
            if (candidate != newest) {
                // Aeron keeps what was not read.
                candidate.poll(DISCARD, DISCARD_LIMIT);
            }
        }
        if (newest == image && (image == null || !image.isClosed())) {
            return;
        }
        image = newest == null || newest.isClosed() ? null : newest;
        assembler.clear();
        if (connected) {
            leave();
        }
        greetingDue = true;
    }

    private ControlledFragmentHandler.Action onFragment(
            final DirectBuffer buffer, final int offset, final int length, final Header ignored) {
        final long sender = buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN);
        final long receiver = buffer.getLong(offset + Long.BYTES, ByteOrder.LITTLE_ENDIAN);
        if (connected && sender != peerName) {
            leave();
        }
        if (!connected) {
            if (sender != peerName || receiver != ownName) {
                peerName = sender;
                writeHeader();
                greetingDue = true;
            }
            if (receiver == ownName) {
                connected = true;
                session++;
            }
            // Whoever polls learns of the session first, and gets its messages with the next poll.
            return length > HEADER_BYTES && connected
                    ? ControlledFragmentHandler.Action.ABORT
                    : ControlledFragmentHandler.Action.BREAK;
        }
        if (receiver != ownName || length == HEADER_BYTES) {
            return ControlledFragmentHandler.Action.CONTINUE;
        }
        delivered++;
        try {
            handler.onMessage(buffer, offset + HEADER_BYTES, length - HEADER_BYTES);
        } catch (final RuntimeException thrown) {
            failure = thrown;
            return ControlledFragmentHandler.Action.BREAK;
        }
        return ControlledFragmentHandler.Action.CONTINUE;
    }

    private void leave() {
        connected = false;
        drawName();
        greetingDue = true;
    }

    private void drawName() {
        do {
            ownName = context.entropy().nextLong();
        } while (ownName == NOBODY);
        writeHeader();
    }

    private void writeHeader() {
        header.putLong(0, ownName, ByteOrder.LITTLE_ENDIAN);
        header.putLong(Long.BYTES, peerName, ByteOrder.LITTLE_ENDIAN);
    }

    private static long resultOf(final long position) {
        if (position > 0) {
            return position;
        }
        if (position == Publication.NOT_CONNECTED || position == Publication.CLOSED) {
            return NOT_CONNECTED;
        }
        if (position == Publication.BACK_PRESSURED || position == Publication.ADMIN_ACTION) {
            return BACK_PRESSURED;
        }
        throw new AeronException("Aeron: an offer was answered " + Publication.errorString(position));
    }
}
