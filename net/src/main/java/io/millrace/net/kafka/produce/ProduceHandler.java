package io.millrace.net.kafka.produce;

import io.millrace.codec.core.AppendReplyDecoder;
import io.millrace.codec.core.AppendRequestEncoder;
import io.millrace.engine.core.Core;
import io.millrace.engine.core.Requests;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.port.Decompressor;
import io.millrace.engine.port.Housekeeping;
import io.millrace.engine.producer.AppendFlags;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ApiHandler;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.api.TransactionGate;
import io.millrace.net.kafka.wire.ProduceRequest;
import io.millrace.net.kafka.wire.RecordsDecompressor;
import java.util.ArrayDeque;
import org.agrona.concurrent.UnsafeBuffer;

/** Serves Produce on one core: keeps the pool of {@link ProduceTask}s and encodes their messages to the owners. */
public final class ProduceHandler implements ApiHandler {
    /** Parts in one message between cores; a request with more for one core takes several. */
    static final int PARTS_MAX = 256;

    private static final int PART_BYTES = AppendRequestEncoder.PartsEncoder.sbeBlockLength();
    private static final int MESSAGE_BYTES_MAX = AppendRequestEncoder.BLOCK_LENGTH
            + AppendRequestEncoder.PartsEncoder.sbeHeaderSize()
            + PARTS_MAX * PART_BYTES;

    private final int core;
    private final Housekeeping housekeeping;
    private final Decompressor decompressor = new RecordsDecompressor();
    private final int unpackedBytesMax;
    private final Requests requests;
    private final MetadataImage image;
    private final ProduceAnswer answers;
    private final AckTimeouts timeouts;
    private final TransactionOrder order = new TransactionOrder();
    private final ArrayDeque<ProduceTask> idle = new ArrayDeque<>();
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[MESSAGE_BYTES_MAX]);
    private final AppendRequestEncoder encoder = new AppendRequestEncoder();

    private final MovedBatches moved;
    private TransactionGate gate;
    private long serial;

    public ProduceHandler(final Core core) {
        this.core = core.id();
        housekeeping = core.housekeeping();
        unpackedBytesMax = core.recodingBytesMax();
        requests = core.requests();
        image = core.image();
        answers = new ProduceAnswer(image);
        moved = new MovedBatches(image);
        core.addMetadataListener(moved);
        timeouts = new AckTimeouts(core.deadlines());
    }

    /** Who is asked about transactions; without, no transactional batch is taken. Before the first request only. */
    public void gate(final TransactionGate newGate) {
        gate = newGate;
    }

    @Override
    public void handle(final Exchange exchange, final RequestHeader header) {
        final ProduceTask pooled = idle.pollLast();
        final ProduceTask task = pooled == null ? new ProduceTask(this) : pooled;
        task.begin(exchange, header);
    }

    /**
     * Sends parts of the chain that begins with {@code firstPart}, as many as one message takes.
     *
     * @param flags what all of them say of themselves
     * @return the first part that was left, or {@link ProduceParts#END}
     */
    int send(
            final int target,
            final ProduceTask task,
            final ProduceParts parts,
            final int firstPart,
            final long frameAddress,
            final int flags) {
        int count = 0;
        int end = firstPart;
        while (end != ProduceParts.END && count < PARTS_MAX) {
            end = parts.next(end);
            count++;
        }
        final int replyBytes = AppendReplyDecoder.BLOCK_LENGTH
                + AppendReplyDecoder.PartsDecoder.sbeHeaderSize()
                + count * AppendReplyDecoder.PartsDecoder.sbeBlockLength();
        final long correlation = requests.correlation(task, firstPart);
        encoder.wrap(message, 0).correlation(correlation);
        final AppendRequestEncoder.PartsEncoder group = encoder.partsCount(count);
        for (int part = firstPart; part != end; part = parts.next(part)) {
            parts.image(part).appendBegins();
            group.next()
                    .partitionKey(parts.key(part))
                    .ownerEpoch(parts.epoch(part))
                    .address(frameAddress + parts.recordsOffset(part))
                    .length(parts.recordsLength(part))
                    .flags((short) (parts.isVerified(part) ? flags | AppendFlags.VERIFIED : flags))
                    .guard(parts.guard(part));
        }
        requests.send(
                correlation, target, AppendRequestEncoder.TEMPLATE_ID, message, encoder.encodedLength(), replyBytes);
        return end;
    }

    /** What has to be unpacked before the answer can be written, or null. */
    PackedRefusals refusals(final ProduceRequest request, final ProduceParts parts) {
        return parts.hasBlamed() ? PackedRefusals.of(request, parts, image, decompressor, unpackedBytesMax) : null;
    }

    Housekeeping housekeeping() {
        return housekeeping;
    }

    /** Batches whose partition is on its way to another core. */
    MovedBatches moved() {
        return moved;
    }

    /** By these numbers requests are known to have come one after the other. */
    long nextSerial() {
        return serial++;
    }

    void recycle(final ProduceTask task) {
        idle.addLast(task);
    }

    long roundTripNs() {
        return requests.roundTripNs();
    }

    /** Null if transactions are not served. */
    TransactionGate gate() {
        return gate;
    }

    int core() {
        return core;
    }

    int coreCount() {
        return requests.coreCount();
    }

    MetadataImage image() {
        return image;
    }

    /** In which transactional requests have their partitions verified. */
    TransactionOrder order() {
        return order;
    }

    AckTimeouts timeouts() {
        return timeouts;
    }

    ProduceAnswer answers() {
        return answers;
    }
}
