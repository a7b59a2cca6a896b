package io.millrace.engine.partition;

import io.millrace.engine.batch.BatchCodec;
import io.millrace.engine.batch.BatchCoding;
import io.millrace.engine.batch.BatchRules;
import io.millrace.engine.batch.TimestampType;
import io.millrace.engine.settings.TopicConfig;

/** What a topic's settings ask of its batches. Stateless. */
public final class TopicRules {
    private TopicRules() {}

    public static BatchRules of(final TopicConfig config) {
        return new BatchRules(
                config.maxMessageBytes(),
                config.logAppendTime() ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME,
                config.timestampBeforeMaxMs(),
                config.timestampAfterMaxMs(),
                config.compacts(),
                coding(config));
    }

    private static BatchCoding coding(final TopicConfig config) {
        final BatchCodec codec = codec(config.compressionType());
        final boolean looksInside = config.compacts() || config.validatesFully();
        return codec == null && !looksInside
                ? BatchCoding.AS_SENT
                : new BatchCoding(codec, level(codec, config), looksInside, config.unpackedRecordBytesMax());
    }

    /** Null for the producer's. */
    private static BatchCodec codec(final String setting) {
        return switch (setting) {
            case "uncompressed" -> BatchCodec.NONE;
            case "gzip" -> BatchCodec.GZIP;
            case "snappy" -> BatchCodec.SNAPPY;
            case "lz4" -> BatchCodec.LZ4;
            case "zstd" -> BatchCodec.ZSTD;
            default -> null;
        };
    }

    private static int level(final BatchCodec codec, final TopicConfig config) {
        return switch (codec) {
            case GZIP -> config.gzipLevel();
            case LZ4 -> config.lz4Level();
            case ZSTD -> config.zstdLevel();
            case null, default -> BatchCoding.DEFAULT_LEVEL;
        };
    }
}
