package io.millrace.engine.metadata;

/**
 * A part of the protocol that came later, and how far the cluster goes with it (KIP-584): at first as far as this
 * version can, since then where an operator set it.
 */
public enum Feature {
    GROUP_VERSION("group.version", 1),
    TRANSACTION_VERSION("transaction.version", 2),
    /** The second level has dead-letter topics (KIP-1191). */
    SHARE_VERSION("share.version", 2),
    STREAMS_VERSION("streams.version", 1);

    /** The one resource that holds all levels. */
    public static final String RESOURCE = "";

    private static final Feature[] VALUES = values();

    private final String featureName;
    private final short levelMax;

    Feature(final String featureName, final int levelMax) {
        this.featureName = featureName;
        this.levelMax = (short) levelMax;
    }

    /** Returns null for a name that none has. */
    public static Feature of(final String featureName) {
        for (final Feature feature : VALUES) {
            if (feature.featureName.equals(featureName)) {
                return feature;
            }
        }
        return null;
    }

    public String featureName() {
        return featureName;
    }

    /** The highest that is supported; the lowest is 0, which is without it. */
    public short levelMax() {
        return levelMax;
    }

    /** Whether the text is one of its levels. */
    boolean has(final String level) {
        for (int supported = 0; supported <= levelMax; supported++) {
            if (Integer.toString(supported).equals(level)) {
                return true;
            }
        }
        return false;
    }

    /** The level in force. One that a later version has set is taken for the highest. */
    public short level(final MetadataImage image) {
        final String set = image.overrides(ResourceType.FEATURES, RESOURCE).get(featureName);
        return set == null ? levelMax : (short) Math.min(levelMax, Short.parseShort(set));
    }
}
