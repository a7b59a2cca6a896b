package io.millrace.tools.inspect;

import io.millrace.engine.batch.BatchCodec;
import io.millrace.engine.batch.BatchFlyweight;

/** Sums over batches: sizes, fill, compression, the span of time. */
final class Stats {
    private static final int BUCKETS = 32;
    private static final int BAR_LENGTH = 40;

    private final RecordReader records = new RecordReader();
    private final long[] bySize = new long[BUCKETS];
    private final long[] byRecords = new long[BUCKETS];
    private final long[] codecBatches = new long[BatchCodec.values().length];
    private final long[] codecRecords = new long[BatchCodec.values().length];
    private final long[] codecStored = new long[BatchCodec.values().length];
    private final long[] codecUnpacked = new long[BatchCodec.values().length];
    private long batches;
    private long recordCount;
    private long bytes;
    private long firstOffset = -1;
    private long lastOffset = -1;
    private long minTimestamp = Long.MAX_VALUE;
    private long maxTimestamp = -1;

    void add(final BatchFlyweight batch) {
        batches++;
        recordCount += batch.recordCount();
        bytes += batch.sizeInBytes();
        bySize[bucket(batch.sizeInBytes())]++;
        byRecords[bucket(batch.recordCount())]++;
        firstOffset = firstOffset < 0 ? batch.baseOffset() : Math.min(firstOffset, batch.baseOffset());
        lastOffset = Math.max(lastOffset, batch.lastOffset());
        maxTimestamp = Math.max(maxTimestamp, batch.maxTimestamp());
        if (batch.baseTimestamp() >= 0 && !batch.hasDeleteHorizon()) {
            minTimestamp = Math.min(minTimestamp, batch.baseTimestamp());
        }
        if (batch.codec() != null && records.read(batch, record -> true) == null) {
            final int codec = batch.codec().number();
            codecBatches[codec]++;
            codecRecords[codec] += batch.recordCount();
            codecStored[codec] += batch.sizeInBytes();
            codecUnpacked[codec] += BatchFlyweight.HEADER_BYTES + records.unpackedBytes();
        }
    }

    void addAll(final Stats other) {
        batches += other.batches;
        recordCount += other.recordCount;
        bytes += other.bytes;
        for (int i = 0; i < BUCKETS; i++) {
            bySize[i] += other.bySize[i];
            byRecords[i] += other.byRecords[i];
        }
        for (int i = 0; i < codecBatches.length; i++) {
            codecBatches[i] += other.codecBatches[i];
            codecRecords[i] += other.codecRecords[i];
            codecStored[i] += other.codecStored[i];
            codecUnpacked[i] += other.codecUnpacked[i];
        }
        minTimestamp = Math.min(minTimestamp, other.minTimestamp);
        maxTimestamp = Math.max(maxTimestamp, other.maxTimestamp);
    }

    void print(final String of, final Report report) {
        report.row(
                Table.STATS,
                of,
                batches,
                recordCount,
                bytes,
                ratio(recordCount, batches),
                ratio(bytes, batches),
                ratio(bytes, recordCount),
                firstOffset,
                lastOffset,
                Values.timestamp(minTimestamp == Long.MAX_VALUE ? -1 : minTimestamp),
                Values.timestamp(maxTimestamp),
                minTimestamp > maxTimestamp ? -1 : maxTimestamp - minTimestamp);
        histogram("bytes of batch", bySize, report);
        histogram("records in batch", byRecords, report);
        for (final BatchCodec codec : BatchCodec.values()) {
            final int number = codec.number();
            if (codecBatches[number] > 0) {
                report.row(
                        Table.CODEC,
                        codec.lowerCaseName(),
                        codecBatches[number],
                        codecRecords[number],
                        codecStored[number],
                        codecUnpacked[number],
                        ratio(codecUnpacked[number], codecStored[number]));
            }
        }
    }

    private void histogram(final String of, final long[] buckets, final Report report) {
        int first = 0;
        while (first < BUCKETS && buckets[first] == 0) {
            first++;
        }
        int last = BUCKETS - 1;
        while (last > first && buckets[last] == 0) {
            last--;
        }
        for (int i = first; i <= last; i++) {
            final int length = (int) Math.ceilDiv(buckets[i] * BAR_LENGTH, Math.max(1, batches));
            final long from = i == 0 ? 0 : 1L << (i - 1);
            report.row(Table.SIZES, of, from, 1L << i, buckets[i], "#".repeat(length));
        }
    }

    /** Bucket i counts from 2^(i-1) up to below 2^i. */
    private static int bucket(final int value) {
        return Math.min(BUCKETS - 1, Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(0, value)));
    }

    private static double ratio(final long of, final long to) {
        return to == 0 ? 0 : (double) of / to;
    }
}
