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
import java.util.ArrayList;
import java.util.List;
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

    /** In place of an entry's index: the log does not hold it yet. */
    static final long AHEAD = 0;

    /** Whoever waits for a command: a core by a message, or somebody here. */
    private record Asker(int core, long correlation, Commands.Handler here, CommandResult result) {}

    /** @param index of the entry; {@link #AHEAD} for what takes effect before it is one */
    private record Change(long index, byte[] entry) {}

    /**
     * What takes effect before its entry is written: first on the core that it gives something to, so that nobody who has
     * heard of it elsewhere comes too early, then on all.
     */
    private static final class Ahead {
        private final Change change;
        private final long entryIndex;
        private final int firstCore;
        private boolean isSent;
        private boolean isTaken;

        Ahead(final long entryIndex, final byte[] entry, final int firstCore) {
            change = new Change(AHEAD, entry);
            this.entryIndex = entryIndex;
            this.firstCore = firstCore;
        }

        boolean awaitsAnswer() {
            return isSent && !isTaken;
        }
    }

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
    private final ArrayDeque<Change> toSpread = new ArrayDeque<>();
    /** Overtakes what waits in {@link #toSpread}: nothing there is of the same partition. */
    private final List<Ahead> toSpreadAhead = new ArrayList<>();

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

    /**
     * As {@link #execute}, of a command that may take effect on all cores before the log has made it durable.
     *
     * @param firstCore hears it before all others
     * @param written   told only if the command is not refused: once the log has it and all cores know, or why it could not be
     *     written, and then it is in effect all the same
     * @return what the controller says to it
     */
    CommandResult executeAhead(
            final DirectBuffer ofCommand, final int length, final int firstCore, final Commands.Handler written) {
        final CommandResult result = controller.execute(ofCommand, 0, length);
        if (result.outcome() == Outcome.OK) {
            final byte[] entry = new byte[controller.proposedLength()];
            controller.proposed().getBytes(0, entry);
            toSpreadAhead.add(new Ahead(result.awaitIndex(), entry, firstCore));
            await(new Asker(core, 0, written, result));
        }
        return result;
    }

    /** Whether the log takes nothing any more, whatever becomes of the disk. */
    boolean isFailed() {
        return log.isFailed();
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
        int work = log.poll(this, ENTRY_LIMIT) + spreadAhead();
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

    private int spreadAhead() {
        int work = 0;
        for (int i = toSpreadAhead.size() - 1; i >= 0; i--) {
            final Ahead ahead = toSpreadAhead.get(i);
            if (ahead.awaitsAnswer() || !hasRoomFor(ahead.change)) {
                continue;
            }
            work++;
            if (ahead.isSent || ahead.firstCore == core) {
                toSpreadAhead.remove(i);
                spread(ahead.change);
            } else {
                ahead.isSent = true;
                send(ahead.firstCore, ahead.change, true, () -> ahead.isTaken = true);
            }
        }
        return work;
    }

    /** Null if there is none. */
    private Change nextAhead() {
        for (int i = 0; i < toSpreadAhead.size(); i++) {
            if (!toSpreadAhead.get(i).awaitsAnswer()) {
                return toSpreadAhead.get(i).change;
            }
        }
        return null;
    }

    private boolean maySpreadAhead() {
        final Change next = nextAhead();
        return next != null && hasRoomFor(next);
    }

    /** In the room between cores that is kept for entries: somebody may hold all the rest until this one has come. */
    private boolean hasRoomFor(final Change change) {
        final int length = lengthOf(change);
        for (int to = 0; to < proxies.length; to++) {
            if (to != core && !requests.maySendReserved(to, length)) {
                return false;
            }
        }
        return sentAsRequests == 0;
    }

    private static int lengthOf(final Change change) {
        return MetadataEntryEncoder.BLOCK_LENGTH + MetadataEntryEncoder.entryHeaderLength() + change.entry.length;
    }

    /** Whether an entry waits until another core has drained a ring, which it does without a word. */
    private boolean awaitsRoom() {
        final Change ahead = nextAhead();
        final Change next = ahead != null ? ahead : forgetsUnderWay > 0 ? null : toSpread.peekFirst();
        if (next == null) {
            return false;
        }
        final int length = lengthOf(next);
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
        return !awaitsRoom() && !maySpread() && !maySpreadAhead() && !log.isReady();
    }

    @Override
    public void onSnapshot(final long index, final DirectBuffer state, final int offset, final int length) {
        throw new IllegalStateException("snapshot " + index + " while cores run: expected at start only");
    }

    @Override
    public void onEntry(final long index, final DirectBuffer entry, final int offset, final int length) {
        final byte[] copy = new byte[length];
        entry.getBytes(offset, copy);
        toSpread.addLast(new Change(index, copy));
    }

    @Override
    public void onRefused(final long fromIndex) {
        final List<Ahead> ahead = List.copyOf(toSpreadAhead);
        toSpreadAhead.clear();
        ahead.forEach(each -> spread(each.change));
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

    /** Applies a change here and sends it to every other core. */
    private void spread(final Change change) {
        final int[] missing = {proxies.length};
        if (change.index != AHEAD) {
            outstanding.addLast(missing);
            // What the entry has done need not be done ahead of it; what comes after it may be the end of the topic.
            toSpreadAhead.removeIf(ahead -> ahead.entryIndex <= change.index);
        }
        final boolean isReserved = hasRoomFor(change);
        final Runnable applied = () -> onApplied(missing);
        for (int to = 0; to < proxies.length; to++) {
            if (to != core) {
                send(to, change, isReserved, applied);
            }
        }
        follower.apply(change.index, new UnsafeBuffer(change.entry), 0, change.entry.length, applied);
    }

    private void send(final int to, final Change change, final boolean isReserved, final Runnable onApplied) {
        final ReplyHandler applied = (token, templateId, body, offset, length) -> {
            sentAsRequests -= isReserved ? 0 : 1;
            onApplied.run();
        };
        final long correlation = requests.correlation(applied, change.index);
        entryMessage
                .wrap(buffer, 0)
                .correlation(correlation)
                .entryIndex(change.index)
                .putEntry(change.entry, 0, change.entry.length);
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
