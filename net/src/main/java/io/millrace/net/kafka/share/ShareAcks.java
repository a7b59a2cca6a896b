package io.millrace.net.kafka.share;

import io.millrace.engine.core.Deadline;
import io.millrace.engine.share.AcknowledgeType;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * What one request says of records: checked, and brought to the partitions' cores, and once more where a partition has gone
 * to another core meanwhile. Used once, on one core.
 */
final class ShareAcks extends Deadline {
    private final ShareHandlers handlers;
    private final RequestHeader header;
    private final String group;
    private final String memberId;
    private final boolean renews;
    private final List<ShareItem> items = new ArrayList<>();
    private final List<AckAsk.Part> due = new ArrayList<>();
    private Runnable done;
    private int missing;
    private boolean isLooking;
    private long patientUntilNs;

    /** @param renews whether more time may be asked for */
    ShareAcks(
            final ShareHandlers handlers,
            final RequestHeader header,
            final String group,
            final String memberId,
            final boolean renews) {
        this.handlers = handlers;
        this.header = header;
        this.group = group;
        this.memberId = memberId;
        this.renews = renews;
    }

    /** Adds what is said of one partition. */
    void add(final Uuid topicId, final int partition, final List<AckAsk.Batch> batches) {
        final ShareItem item = new ShareItem(topicId, partition);
        items.add(item);
        item.ackError = Errors.NONE;
        final Errors unknown = handlers.resolve(item, header);
        if (unknown == Errors.UNKNOWN_TOPIC_ID) {
            item.ackError = unknown;
        } else if (!isSound(batches)) {
            item.ackError = Errors.INVALID_REQUEST;
        } else if (unknown != Errors.NONE) {
            item.ackError = unknown;
        } else if (!batches.isEmpty()) {
            due.add(new AckAsk.Part(item, batches));
        }
    }

    private boolean isSound(final List<AckAsk.Batch> batches) {
        long last = -1;
        for (final AckAsk.Batch batch : batches) {
            final int types = batch.types().length;
            if (batch.first() > batch.last()
                    || batch.first() < last
                    || types == 0
                    || types > 1 && batch.last() - batch.first() != types - 1) {
                return false;
            }
            for (final byte type : batch.types()) {
                if (type < AcknowledgeType.GAP
                        || type > AcknowledgeType.RENEW
                        || type == AcknowledgeType.RENEW && !renews) {
                    return false;
                }
            }
            last = batch.last();
        }
        return true;
    }

    List<ShareItem> items() {
        return items;
    }

    /** Tells when everything is kept or refused, at once if nothing has to be. */
    void send(final Runnable whenDone) {
        done = whenDone;
        sendDue();
    }

    private void sendDue() {
        final Map<Integer, AckAsk> asks = new HashMap<>();
        for (final AckAsk.Part part : due) {
            asks.computeIfAbsent(
                            part.item.core,
                            core -> new AckAsk(group, memberId, handlers.core().id(), this::onAnswer))
                    .parts
                    .add(part);
        }
        due.clear();
        missing = asks.size() + 1;
        asks.forEach((core, ask) -> handlers.onHosts(core, hosts -> hosts.acknowledge(ask)));
        answered();
    }

    private void onAnswer(final AckAsk ask) {
        for (final AckAsk.Part part : ask.parts) {
            if (part.elsewhere) {
                due.add(part);
                continue;
            }
            part.item.ackError = part.error;
            part.item.ackMessage =
                    part.message == null && part.error != Errors.NONE ? part.error.message() : part.message;
        }
        answered();
    }

    private void answered() {
        if (--missing > 0) {
            return;
        }
        final long nowNs = handlers.core().nowNs();
        if (!isLooking) {
            isLooking = true;
            patientUntilNs = nowNs + ShareHandlers.PATIENCE_NS;
        }
        if (!due.isEmpty() && nowNs < patientUntilNs) {
            handlers.core().deadlines().arm(this, nowNs + ShareHandlers.LOOK_AGAIN_NS);
        } else {
            due.forEach(part -> part.item.ackError = Errors.NOT_LEADER_OR_FOLLOWER);
            done.run();
        }
    }

    @Override
    protected void onDeadline(final long nowNs, final long nowMs) {
        final List<AckAsk.Part> strays = List.copyOf(due);
        due.clear();
        for (final AckAsk.Part stray : strays) {
            stray.item.ackError = handlers.resolve(stray.item, header);
            if (stray.item.ackError == Errors.NONE) {
                due.add(new AckAsk.Part(stray.item, stray.batches));
            }
        }
        sendDue();
    }
}
