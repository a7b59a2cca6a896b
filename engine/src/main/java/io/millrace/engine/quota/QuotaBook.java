package io.millrace.engine.quota;

import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.QuotaEntity;
import io.millrace.engine.metadata.ResourceType;

/**
 * Which of the quotas that are set counts for a client: the nearest in Kafka's order. Of one for a name all who bear it
 * have their share together, of a default each name has as much. Reads the core's image.
 *
 * <pre>
 *   user and client id │ user, any client id │ user │ any user and client id │ any user, any client id │ any user
 *                                                                                    │ client id │ any client id
 * </pre>
 */
final class QuotaBook {
    private static final long FNV_BASIS = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    /**
     * @param key     tells who shares it
     * @param isNamed whether it is set for this name, and not for all that have none of their own
     */
    record Limit(long key, double unitsPerSecond, boolean isNamed) {}

    private final MetadataImage image;

    QuotaBook(final MetadataImage image) {
        this.image = image;
    }

    /** Whether any client may have to be held back. Asked for each quota that changes, so it looks at two at most. */
    boolean hasClients() {
        final String first = image.firstResource(ResourceType.QUOTA);
        return first != null
                && !(QuotaEntity.isAddress(first) && QuotaEntity.isAddress(image.lastResource(ResourceType.QUOTA)));
    }

    /** The limit of a client, or null if it has none. */
    Limit limit(final QuotaKind kind, final String user, final String clientId) {
        final String escapedUser = QuotaEntity.escaped(user);
        final String escapedId = QuotaEntity.escaped(clientId);
        final String any = QuotaEntity.DEFAULT;
        final String both = escapedUser + '/' + escapedId;
        final boolean hasId = !clientId.isEmpty();
        Limit limit = hasId ? find(kind, escapedUser, escapedId, both) : null;
        limit = limit == null && hasId ? find(kind, escapedUser, any, both) : limit;
        limit = limit == null ? find(kind, escapedUser, null, escapedUser + '/') : limit;
        limit = limit == null && hasId ? find(kind, any, escapedId, both) : limit;
        limit = limit == null && hasId ? find(kind, any, any, both) : limit;
        limit = limit == null ? find(kind, any, null, escapedUser + '/') : limit;
        limit = limit == null && hasId ? find(kind, null, escapedId, '/' + escapedId) : limit;
        return limit == null && hasId ? find(kind, null, any, '/' + escapedId) : limit;
    }

    private Limit find(final QuotaKind kind, final String user, final String clientId, final String sharers) {
        final String text = image.overrides(ResourceType.QUOTA, new QuotaEntity(user, clientId, null).text())
                .get(kind.key());
        if (text == null) {
            return null;
        }
        final boolean isNamed = !QuotaEntity.DEFAULT.equals(user) && !QuotaEntity.DEFAULT.equals(clientId);
        return new Limit(key(kind, sharers), kind.unitsPerSecond(text), isNamed);
    }

    /** FNV-1a; the same on every core. */
    static long key(final QuotaKind kind, final String sharers) {
        long hash = (FNV_BASIS ^ kind.ordinal()) * FNV_PRIME;
        for (int i = 0; i < sharers.length(); i++) {
            hash = (hash ^ sharers.charAt(i)) * FNV_PRIME;
        }
        return hash ^ hash >>> 29;
    }
}
