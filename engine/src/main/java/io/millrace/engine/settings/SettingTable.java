package io.millrace.engine.settings;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Definitions by name, in the order of their names. Filled while a class of settings is initialised, then only read. */
final class SettingTable {
    private final Map<String, Setting> byName = new TreeMap<>();

    Setting add(final Setting setting) {
        if (byName.put(setting.name(), setting) != null) {
            throw new IllegalStateException(setting.name() + " is defined twice");
        }
        setting.parse(setting.defaultText());
        return setting;
    }

    Setting find(final String name) {
        return byName.get(name);
    }

    Collection<Setting> all() {
        return Collections.unmodifiableCollection(byName.values());
    }
}
