package io.millrace.engine.metadata;

/**
 * Whose quota it is: clients by user, by client id or by both, or an address. Each part is a name, {@link #DEFAULT} for
 * all that have no quota of their name, or null if it does not matter. Its {@link #text} names the resource in the
 * metadata:
 *
 * <pre>
 *   users/alice/clients/reports      users/alice      clients/&lt;default&gt;      ips/10.0.0.1
 * </pre>
 */
public record QuotaEntity(String user, String clientId, String ip) {
    /** Stands for all others. No name is written so: names are escaped. */
    public static final String DEFAULT = "<default>";

    private static final String USERS = "users/";
    private static final String CLIENTS = "clients/";
    private static final String IPS = "ips/";

    /** The name of the resource. */
    public String text() {
        if (ip != null) {
            return IPS + ip;
        }
        if (user == null) {
            return CLIENTS + clientId;
        }
        return clientId == null ? USERS + user : USERS + user + '/' + CLIENTS + clientId;
    }

    /** Whether a resource's name is that of an address. In order, they come between client ids and users. */
    public static boolean isAddress(final String text) {
        return text.startsWith(IPS);
    }

    /** Returns null for what is no such name. */
    public static QuotaEntity parse(final String text) {
        if (isAddress(text)) {
            return new QuotaEntity(null, null, text.substring(IPS.length()));
        }
        if (text.startsWith(CLIENTS)) {
            return new QuotaEntity(null, text.substring(CLIENTS.length()), null);
        }
        if (!text.startsWith(USERS)) {
            return null;
        }
        final int between = text.indexOf('/', USERS.length());
        if (between < 0) {
            return new QuotaEntity(text.substring(USERS.length()), null, null);
        }
        final String rest = text.substring(between + 1);
        return rest.startsWith(CLIENTS)
                ? new QuotaEntity(text.substring(USERS.length(), between), rest.substring(CLIENTS.length()), null)
                : null;
    }

    /** A name as it stands in an entity. */
    public static String escaped(final String name) {
        return name.replace("%", "%25").replace("/", "%2F").replace("<", "%3C");
    }

    /** The name that was escaped so, or null for {@link #DEFAULT}. */
    public static String unescaped(final String part) {
        return part.equals(DEFAULT)
                ? null
                : part.replace("%3C", "<").replace("%2F", "/").replace("%25", "%");
    }
}
