package io.millrace.net.kafka.produce;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.BatchRules;
import io.millrace.engine.batch.BatchValidator;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.batch.RecordWalker;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.PartitionKeys;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.partition.TopicRules;
import io.millrace.net.kafka.wire.ProduceRequest;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.IntArrayList;
import org.apache.kafka.common.protocol.Errors;

/**
 * Names the records for which a batch was refused, in Kafka's words. Its owner told the first and when it was judged;
 * the batch is still here as the producer sent it, so that the same judgement finds the others. One for each core.
 */
final class RefusedRecords {
    /** How many of them the batch's error itself names. */
    private static final int SHOWN_MAX = 3;

    private final BatchValidator validator = new BatchValidator(new Crc32c());
    private final BatchFlyweight batch = new BatchFlyweight();
    private final RecordWalker walker = new RecordWalker();
    private final IntArrayList indexes = new IntArrayList();
    private final List<String> reasons = new ArrayList<>();

    /**
     * Looks at a part that was answered; what was found is valid until the next call.
     *
     * @param unpacked what was found in compressed batches, or null
     */
    void find(
            final ProduceRequest request,
            final ProduceParts parts,
            final int part,
            final MetadataImage image,
            final PackedRefusals unpacked) {
        indexes.clear();
        reasons.clear();
        final int first = parts.badRecord(part);
        if (first < 0) {
            return;
        }
        final TopicImage topic = image.topicByNumber(PartitionKeys.topicNumber(parts.key(part)));
        if (unpacked != null) {
            unpacked.tell(part, indexes, reasons);
        }
        if (topic != null && indexes.isEmpty()) {
            judgeAgain(request, parts, part, topic);
        }
        if (indexes.isEmpty() || indexes.getInt(0) != first) {
            // The topic's settings have changed since, or nobody had the time to unpack the batch once more.
            indexes.clear();
            reasons.clear();
            indexes.addInt(first);
            reasons.add("The record is not valid for this topic");
        }
    }

    private void judgeAgain(
            final ProduceRequest request, final ProduceParts parts, final int part, final TopicImage topic) {
        final int offset = parts.recordsOffset(part);
        final int length = parts.recordsLength(part);
        final long judgedAtMs = parts.judgedAtMs(part);
        final BatchRules rules = TopicRules.of(topic.config());
        validator.validate(request.buffer(), offset, length, rules, judgedAtMs);
        indexes.addAll(validator.badRecords());
        batch.wrap(request.buffer(), offset, length);
        final String place = topic.name() + '-' + request.partition();
        if (batch.isCompressed()) {
            indexes.forEachInt(
                    index -> reasons.add(RefusalReasons.badTime(rules, judgedAtMs, index, batch.baseTimestamp())));
            return;
        }
        RefusalReasons.add(batch, walker.wrap(batch), indexes, rules, judgedAtMs, place, reasons);
    }

    /** Indexes in the batch, ascending; nothing if no single record is to blame. */
    IntArrayList indexes() {
        return indexes;
    }

    /** Why, for each of the indexes. */
    List<String> reasons() {
        return reasons;
    }

    /** What the batch's error says. */
    String summary(final Errors error) {
        if (error == Errors.INVALID_TIMESTAMP) {
            return "One or more records have been rejected due to invalid timestamp";
        }
        final StringBuilder text = new StringBuilder("One or more records have been rejected due to ")
                .append(indexes.size())
                .append(" record errors in total, and only showing the first three errors at most: [");
        for (int i = 0; i < Math.min(SHOWN_MAX, indexes.size()); i++) {
            text.append(i == 0 ? "" : ", ")
                    .append("RecordError(batchIndex=")
                    .append(indexes.getInt(i))
                    .append(", message='")
                    .append(reasons.get(i))
                    .append("')");
        }
        return text.append(']').toString();
    }
}
