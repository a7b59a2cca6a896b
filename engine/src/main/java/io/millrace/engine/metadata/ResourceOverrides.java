package io.millrace.engine.metadata;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Overrides of all resources but topics, which keep their own. Part of an image; a resource without any is not in it. */
final class ResourceOverrides {
    private final EnumMap<ResourceType, TreeMap<String, TreeMap<String, String>>> byType =
            new EnumMap<>(ResourceType.class);

    SortedMap<String, String> of(final ResourceType type, final String name) {
        final TreeMap<String, TreeMap<String, String>> byName = byType.get(type);
        final TreeMap<String, String> overrides = byName == null ? null : byName.get(name);
        return overrides == null ? Collections.emptySortedMap() : Collections.unmodifiableSortedMap(overrides);
    }

    /** Those that have any, in order. */
    List<String> names(final ResourceType type) {
        final TreeMap<String, TreeMap<String, String>> byName = byType.get(type);
        return byName == null ? List.of() : List.copyOf(byName.keySet());
    }

    /** The first and the last of {@link #names}, which is not copied for that; null if there are none. */
    String firstName(final ResourceType type) {
        final TreeMap<String, TreeMap<String, String>> byName = byType.get(type);
        return byName == null || byName.isEmpty() ? null : byName.firstKey();
    }

    String lastName(final ResourceType type) {
        final TreeMap<String, TreeMap<String, String>> byName = byType.get(type);
        return byName == null || byName.isEmpty() ? null : byName.lastKey();
    }

    /** Null values remove. */
    void merge(final ResourceType type, final String name, final SortedMap<String, String> changes) {
        final TreeMap<String, TreeMap<String, String>> byName =
                byType.computeIfAbsent(type, ignored -> new TreeMap<>());
        final TreeMap<String, String> overrides = byName.computeIfAbsent(name, ignored -> new TreeMap<>());
        MetadataStateMachine.merge(changes, overrides);
        if (overrides.isEmpty()) {
            byName.remove(name);
        }
    }

    void clear() {
        byType.clear();
    }
}
