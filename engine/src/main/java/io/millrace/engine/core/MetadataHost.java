package io.millrace.engine.core;

import io.millrace.codec.core.CommandReplyEncoder;
import io.millrace.codec.core.CommandRequestDecoder;
import io.millrace.codec.core.MetadataAppliedEncoder;
import io.millrace.codec.core.MetadataEntryEncoder;
import io.millrace.engine.metadata.CommandResult;
import io.millrace.engine.metadata.MetadataController;
import io.millrace.engine.metadata.MetadataListener;
import io.millrace.engine.metadata.MetadataSnapshot;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.port.MetadataLog;
import io.millrace.engine.port.MetadataLogHandler;
import io.millrace.engine.port.Stage;
import io.millrace.engine.status.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableDirectByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The node's one place where metadata changes: commands become entries of the log; a committed entry is applied here,
 * sent to every other core, and its command answered when all have applied it and opened what they own of it. Lives on
 * core 0.
 */
final class MetadataHost implements Stage, MetadataLogHandler, MetadataListener {
    /** Room for the message of a command's answer; a longer one is cut. */
    static final int MESSAGE_BYTES_MAX = 1024;

    private static final int ENTRY_LIMIT = 16;
    /** Some fifty partitions: their owners open them in the duty cycle in which they hear of them. */
    private static final int SPREAD_BYTES_PER_CYCLE = 1024;

    /** Whoever waits for a command: a core by a message, or somebody here. */
    private record Asker(int core, long correlation, Commands.Handler here, CommandResult result) {}

    private record Committed(long index, byte[] entry) {}

    private final CommandRequestDecoder request = new CommandRequestDecoder();
    private final CommandReplyEncoder reply = new CommandReplyEncoder();
    private final MetadataEntryEncoder entryMessage = new MetadataEntryEncoder();
    private final UnsafeBuffer command = new UnsafeBuffer(0, 0);
    private final ExpandableDirectByteBuffer buffer = new ExpandableDirectByteBuffer(4096);
    private final int core;
    private final MetadataController controller;
    private final MetadataLog log;
    private final MetadataFollower follower;
    private final CheckpointHost checkpoints;
    private final Requests requests;
    private final CoreProxy[] proxies;
    private final ArrayDeque<Asker> askers = new ArrayDeque<>();
    private final ArrayDeque<Committed> toSpread = new ArrayDeque<>();
    private final ArrayDeque<int[]> outstanding = new ArrayDeque<>();
    private long appliedEverywhere;
    private int forgetsUnderWay;
    /** Entries that had to be sent like requests: what is sent after them must not overtake them. */
    private int sentAsRequests;

    MetadataHost(
            final int core,
            final MetadataController controller,
            final MetadataLog log,
            final MetadataFollower follower,
            final CheckpointHost checkpoints,
            final Requests requests,
            final CoreProxy[] proxies,
            final MessageRoutes routes) {
        this.core = core;
        this.controller = controller;
        this.log = log;
        this.follower = follower;
        this.checkpoints = checkpoints;
        this.requests = requests;
        this.proxies = proxies;
        appliedEverywhere = follower.image().version();
        controller.entryBytesMax(requests.messageBytesMax()
                - MetadataEntryEncoder.BLOCK_LENGTH
                - MetadataEntryEncoder.entryHeaderLength());
        follower.addListener(this);
        routes.add(CommandRequestDecoder.TEMPLATE_ID, this::onCommand);
    }

    private void onCommand(final int from, final DirectBuffer body, final int offset, final int length) {
        request.wrap(body, offset, CommandRequestDecoder.BLOCK_LENGTH, CommandRequestDecoder.SCHEMA_VERSION);
        final long correlation = request.correlation();
        request.wrapCommand(command);
        final CommandResult result = controller.execute(command, 0, command.capacity());
        await(new Asker(from, correlation, null, result));
    }

    /** A command of this core that needs no room in a ring, which others may hold until it has taken effect. */
    void execute(final DirectBuffer ofCommand, final int length, final Commands.Handler handler) {
        await(new Asker(core, 0, handler, controller.execute(ofCommand, 0, length)));
    }

    private void await(final Asker asker) {
        if (asker.result.awaitIndex() <= appliedEverywhere) {
            answer(asker, asker.result);
        } else {
            askers.addLast(asker);
        }
    }

    @Override
    public int doWork(final long nowNs, final long nowMs) {
        int work = log.poll(this, ENTRY_LIMIT);
        int spreadBytes = 0;
        while (maySpread() && spreadBytes < SPREAD_BYTES_PER_CYCLE) {
            spreadBytes += toSpread.peekFirst().entry.length;
            spread(toSpread.pollFirst());
            work++;
        }
        if (toSpread.isEmpty()
                && log.wantsSnapshot()
                && log.committedIndex() == follower.image().version()) {
            final MetadataSnapshot snapshot = new MetadataSnapshot();
            final int length = snapshot.encode(follower.image());
            log.snapshot(follower.image().version(), snapshot.buffer(), 0, length);
            work++;
        }
        return work;
    }

    private boolean maySpread() {
        return !toSpread.isEmpty() && forgetsUnderWay == 0 && hasRoomFor(toSpread.peekFirst());
    }

    /** In the room between cores that is kept for entries: somebody may hold all the rest until this one has come. */
    private boolean hasRoomFor(final Committed committed) {
        final int length = lengthOf(committed);
        for (int to = 0; to < proxies.length; to++) {
            if (to != core && !requests.maySendReserved(to, length)) {
                return false;
            }
        }
        return sentAsRequests == 0;
    }

    private static int lengthOf(final Committed committed) {
        return MetadataEntryEncoder.BLOCK_LENGTH + MetadataEntryEncoder.entryHeaderLength() + committed.entry.length;
    }

    /** Whether an entry waits until another core has drained a ring, which it does without a word. */
    private boolean awaitsRoom() {
        if (toSpread.isEmpty() || forgetsUnderWay > 0) {
            return false;
        }
        final int length = lengthOf(toSpread.peekFirst());
        for (int to = 0; to < proxies.length; to++) {
            if (to != core && requests.awaitsRoomForReserved(to, length)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean mayPark() {
        // In this order: what is drained between the two looks is seen by the second.
        return !awaitsRoom() && !maySpread() && !log.isReady();
    }

    @Override
    public void onSnapshot(final long index, final DirectBuffer state, final int offset, final int length) {
        throw new IllegalStateException("snapshot " + index + " while cores run: expected at start only");
    }

    @Override
    public void onEntry(final long index, final DirectBuffer entry, final int offset, final int length) {
        final byte[] copy = new byte[length];
        entry.getBytes(offset, copy);
        toSpread.addLast(new Committed(index, copy));
    }

    @Override
    public void onRefused(final long fromIndex) {
        while (!toSpread.isEmpty()) {
            spread(toSpread.pollFirst());
        }
        controller.onRefused(fromIndex);
        for (int i = askers.size(); i > 0; i--) {
            final Asker asker = askers.pollFirst();
            if (asker.result.awaitIndex() < fromIndex) {
                askers.addLast(asker);
            } else {
                answer(
                        asker,
                        new CommandResult(
                                Outcome.METADATA_UNAVAILABLE, "The metadata log could not be written.", 0, 0, 0));
            }
        }
    }

    /** Applies an entry here and sends it to every other core. */
    private void spread(final Committed committed) {
        final int[] missing = {proxies.length};
        outstanding.addLast(missing);
        final UnsafeBuffer entry = new UnsafeBuffer(committed.entry);
        final boolean isReserved = hasRoomFor(committed);
        for (int to = 0; to < proxies.length; to++) {
            if (to != core) {
                send(to, committed, entry, missing, isReserved);
            }
        }
        follower.apply(committed.index, entry, 0, entry.capacity(), () -> onApplied(missing));
    }

    private void send(
            final int to,
            final Committed committed,
            final UnsafeBuffer entry,
            final int[] missing,
            final boolean isReserved) {
        final ReplyHandler applied = (token, templateId, body, offset, length) -> {
            sentAsRequests -= isReserved ? 0 : 1;
            onApplied(missing);
        };
        final long correlation = requests.correlation(applied, committed.index);
        entryMessage
                .wrap(buffer, 0)
                .correlation(correlation)
                .entryIndex(committed.index)
                .putEntry(entry, 0, entry.capacity());
        final int length = entryMessage.limit();
        if (isReserved) {
            requests.sendReserved(
                    correlation,
                    to,
                    MetadataEntryEncoder.TEMPLATE_ID,
                    buffer,
                    length,
                    MetadataAppliedEncoder.BLOCK_LENGTH);
        } else {
            sentAsRequests++;
            requests.send(
                    correlation,
                    to,
                    MetadataEntryEncoder.TEMPLATE_ID,
                    buffer,
                    length,
                    MetadataAppliedEncoder.BLOCK_LENGTH);
        }
    }

    private void onApplied(final int[] missing) {
        missing[0]--;
        while (!outstanding.isEmpty() && outstanding.peekFirst()[0] == 0) {
            outstanding.pollFirst();
            appliedEverywhere++;
        }
        // In the order in which they asked, which is that of the entries but for the few that wait for none of their
        // own.
        while (!askers.isEmpty() && askers.peekFirst().result.awaitIndex() <= appliedEverywhere) {
            final Asker asker = askers.pollFirst();
            answer(asker, asker.result);
        }
    }

    private void answer(final Asker asker, final CommandResult result) {
        if (asker.here != null) {
            asker.here.onResult(result.outcome(), result.first(), result.second(), result.message());
            return;
        }
        final byte[] message = result.message().getBytes(StandardCharsets.UTF_8);
        reply.wrap(buffer, 0)
                .correlation(asker.correlation)
                .outcome(result.outcome().wire())
                .first(result.first())
                .second(result.second())
                .putMessage(message, 0, Math.min(message.length, MESSAGE_BYTES_MAX));
        proxies[asker.core].reply(CommandReplyEncoder.TEMPLATE_ID, buffer, reply.limit());
    }

    /** A name is not used again before the positions of its former bearer are out of the checkpoint files. */
    @Override
    public void onTopicDeleted(final TopicImage topic) {
        forgetsUnderWay++;
        checkpoints.forget(topic, () -> forgetsUnderWay--);
    }
}
