package io.millrace.engine.quota;

import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.MetadataListener;
import io.millrace.engine.metadata.QuotaEntity;
import io.millrace.engine.metadata.ResourceType;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * Which of the quotas that are set counts for an address. Reads the core's image, and keeps by itself how IPv6 addresses are
 * written in it, which may be shorter than peers' are. Owned by the core's thread.
 */
public final class AddressQuotas implements MetadataListener {
    private final MetadataImage image;
    private final UnaryOperator<String> canonical;
    /** By the form in which peers are known, the forms in which a quota is set; null before the first look. */
    private Map<String, TreeSet<String>> forms;

    /** @param canonical an address as peers' addresses are written; what is none stays as it is */
    public AddressQuotas(final MetadataImage image, final UnaryOperator<String> canonical) {
        this.image = image;
        this.canonical = canonical;
    }

    @Override
    public void onResourceConfigChanged(final ResourceType type, final String resourceName) {
        if (type == ResourceType.QUOTA && forms != null) {
            note(resourceName);
        }
    }

    /** Before that the image may not be whole. */
    private void lookForTheFirstTime() {
        forms = new HashMap<>();
        image.resources(ResourceType.QUOTA).forEach(this::note);
    }

    private void note(final String resourceName) {
        if (!QuotaEntity.isAddress(resourceName) || !isSixth(resourceName)) {
            return;
        }
        final String address =
                QuotaEntity.unescaped(QuotaEntity.parse(resourceName).ip());
        final String known = canonical.apply(address);
        if (!image.overrides(ResourceType.QUOTA, resourceName).isEmpty()) {
            forms.computeIfAbsent(known, ignored -> new TreeSet<>()).add(resourceName);
        } else if (forms.containsKey(known)) {
            forms.get(known).remove(resourceName);
            forms.computeIfPresent(known, (ignored, names) -> names.isEmpty() ? null : names);
        }
    }

    private static boolean isSixth(final String text) {
        return text.indexOf(':') >= 0;
    }

    /** The limit of an address, or null if it has none. */
    QuotaBook.Limit limit(final String host) {
        final String key = QuotaKind.CONNECTION.key();
        final SortedMap<String, String> own = ownOf(host);
        final String text = own.isEmpty() ? overrides(QuotaEntity.DEFAULT).get(key) : own.get(key);
        return text == null
                ? null
                : new QuotaBook.Limit(
                        QuotaBook.key(QuotaKind.CONNECTION, host),
                        QuotaKind.CONNECTION.unitsPerSecond(text),
                        !own.isEmpty());
    }

    private SortedMap<String, String> ownOf(final String host) {
        final SortedMap<String, String> own = overrides(QuotaEntity.escaped(host));
        if (!own.isEmpty() || !isSixth(host)) {
            return own;
        }
        if (forms == null) {
            lookForTheFirstTime();
        }
        final TreeSet<String> names = forms.get(host);
        return names == null ? own : image.overrides(ResourceType.QUOTA, names.first());
    }

    private SortedMap<String, String> overrides(final String ip) {
        return image.overrides(ResourceType.QUOTA, new QuotaEntity(null, null, ip).text());
    }

    /** At which version of the metadata it looks. */
    long asOf() {
        return image.version();
    }
}
