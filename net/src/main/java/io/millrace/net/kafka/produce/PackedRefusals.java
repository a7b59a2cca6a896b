package io.millrace.net.kafka.produce;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.BatchRules;
import io.millrace.engine.batch.RecordJudge;
import io.millrace.engine.batch.RecordWalker;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.PartitionKeys;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.partition.TopicRules;
import io.millrace.engine.port.Decompressor;
import io.millrace.net.kafka.wire.ProduceRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.collections.IntArrayList;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Names the records for which compressed batches of one request were refused: unpacks them once more, on a housekeeping
 * thread, while their frame is kept for the answer. Made and read on the connection's core.
 */
final class PackedRefusals {
    /** What is to be found out, and what was. */
    private static final class Refusal {
        private final long address;
        private final int length;
        private final BatchRules rules;
        private final long judgedAtMs;
        private final String place;
        private final IntArrayList indexes = new IntArrayList();
        private final List<String> reasons = new ArrayList<>();

        Refusal(
                final long address,
                final int length,
                final BatchRules rules,
                final long judgedAtMs,
                final String place) {
            this.address = address;
            this.length = length;
            this.rules = rules;
            this.judgedAtMs = judgedAtMs;
            this.place = place;
        }
    }

    private final TreeMap<Integer, Refusal> byPart = new TreeMap<>();
    private final Decompressor decompressor;
    private final int unpackedBytesMax;

    private PackedRefusals(final Decompressor decompressor, final int unpackedBytesMax) {
        this.decompressor = decompressor;
        this.unpackedBytesMax = unpackedBytesMax;
    }

    /** Null if no part of the request was refused for records that have to be unpacked. */
    static PackedRefusals of(
            final ProduceRequest request,
            final ProduceParts parts,
            final MetadataImage image,
            final Decompressor decompressor,
            final int unpackedBytesMax) {
        PackedRefusals found = null;
        final BatchFlyweight batch = new BatchFlyweight();
        for (int part = 0; part < parts.count(); part++) {
            final TopicImage topic =
                    parts.badRecord(part) < 0 ? null : image.topicByNumber(PartitionKeys.topicNumber(parts.key(part)));
            if (topic == null) {
                continue;
            }
            final BatchRules rules = TopicRules.of(topic.config());
            final long address = request.buffer().addressOffset() + parts.recordsOffset(part);
            if (batch.wrap(address, parts.recordsLength(part)).isCompressed()
                    && rules.coding().concerns(batch)) {
                found = found == null ? new PackedRefusals(decompressor, unpackedBytesMax) : found;
                final String place = topic.name() + '-' + PartitionKeys.partition(parts.key(part));
                found.byPart.put(
                        part, new Refusal(address, parts.recordsLength(part), rules, parts.judgedAtMs(part), place));
            }
        }
        return found;
    }

    /** On a housekeeping thread. */
    void find() {
        final RecordJudge judge = new RecordJudge();
        for (final Refusal refusal : byPart.values()) {
            final BatchFlyweight batch = new BatchFlyweight().wrap(refusal.address, refusal.length);
            try {
                final DirectBuffer unpacked = decompressor.decompress(
                        batch.attributes() & BatchFlyweight.CODEC_MASK,
                        batch.bytes(),
                        BatchFlyweight.HEADER_BYTES,
                        batch.sizeInBytes() - BatchFlyweight.HEADER_BYTES,
                        unpackedBytesMax);
                final UnsafeBuffer records = new UnsafeBuffer(unpacked);
                judge.judge(batch, records, 0, records.capacity(), refusal.rules, refusal.judgedAtMs);
                refusal.indexes.addAll(judge.badRecords());
                final RecordWalker walker =
                        new RecordWalker().wrap(records, 0, records.capacity(), batch.recordCount());
                RefusalReasons.add(
                        batch,
                        walker,
                        refusal.indexes,
                        refusal.rules,
                        refusal.judgedAtMs,
                        refusal.place,
                        refusal.reasons);
            } catch (final IOException | OutOfMemoryError cannotTell) {
                refusal.indexes.clear();
            }
        }
    }

    /** Adds what was found of a part, if anything. */
    void tell(final int part, final IntArrayList indexes, final List<String> reasons) {
        final Refusal refusal = byPart.get(part);
        if (refusal != null) {
            indexes.addAll(refusal.indexes);
            reasons.addAll(refusal.reasons);
        }
    }
}
