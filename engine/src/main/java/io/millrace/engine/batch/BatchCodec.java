package io.millrace.engine.batch;

/** How a batch's records are packed: the lowest three attribute bits. */
public enum BatchCodec {
    NONE,
    GZIP,
    SNAPPY,
    LZ4,
    ZSTD;

    private static final BatchCodec[] VALUES = values();

    /** The codec with this number, or null for a number that no codec has. */
    public static BatchCodec of(final int number) {
        return number >= 0 && number < VALUES.length ? VALUES[number] : null;
    }

    /** As in the attributes. */
    public int number() {
        return ordinal();
    }

    /** As in settings and in the inspector's output. */
    public String lowerCaseName() {
        return switch (this) {
            case NONE -> "none";
            case GZIP -> "gzip";
            case SNAPPY -> "snappy";
            case LZ4 -> "lz4";
            case ZSTD -> "zstd";
        };
    }
}
