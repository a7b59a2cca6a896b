package io.millrace.engine.settings;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Collects what was given at start and decides: command line over environment over file over default. Remembers where
 * each value came from, for errors and for those who ask later.
 */
public final class SettingsLoader {
    private static final String HOST_DEFAULT = "127.0.0.1";
    private static final int PORT_DEFAULT = 9092;
    private static final int PORT_MAX = 65_535;
    private static final String ENVIRONMENT_PREFIX = "MILLRACE_";
    /** Variables that the start script reads; they are no settings. */
    private static final Set<String> SCRIPT_VARIABLES = new TreeSet<>(List.of(
            "MILLRACE_AOT",
            "MILLRACE_DIRECT",
            "MILLRACE_HEAP",
            "MILLRACE_HOME",
            "MILLRACE_JAVA_HOME",
            "MILLRACE_JVM_OPTS",
            "MILLRACE_SKIP_BUILD"));

    private final EnumMap<ValueSource, TreeMap<String, String>> layers = new EnumMap<>(ValueSource.class);
    private final List<String> warnings = new ArrayList<>();
    private String fileName = "the configuration file";

    public SettingsLoader() {
        for (final ValueSource source : ValueSource.values()) {
            if (source.isStatic()) {
                layers.put(source, new TreeMap<>());
            }
        }
    }

    public SettingsLoader commandLine(final String name, final String value) {
        layers.get(ValueSource.COMMAND_LINE).put(name, value);
        return this;
    }

    /**
     * What {@code --host}, {@code --port} and {@code --advertise} say: one listener PLAINTEXT, or of whatever listener
     * of that name there is, how its cores appear. Nulls for what was not given.
     *
     * @throws SettingException for what can be no address, before it would be found in a setting that nobody wrote
     */
    public SettingsLoader listener(final String host, final Integer port, final String advertise) {
        if (port != null && (port < 0 || port > PORT_MAX)) {
            throw new SettingException("--port " + port + ": expected a port from 0 to " + PORT_MAX);
        }
        if (host != null && host.isBlank()) {
            throw new SettingException("--host is empty: expected an address or a name; 0.0.0.0 means all addresses");
        }
        if (host != null || port != null) {
            commandLine("listeners", "PLAINTEXT://" + bracketed(host) + ":" + (port == null ? PORT_DEFAULT : port));
        }
        return advertise == null ? this : commandLine(ListenerNames.advertise("PLAINTEXT"), advertise);
    }

    private static String bracketed(final String host) {
        if (host == null) {
            return HOST_DEFAULT;
        }
        return host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    }

    /** Takes all variables; looks at those that begin {@code MILLRACE_}. */
    public SettingsLoader environment(final Map<String, String> variables) {
        final TreeMap<String, String> byVariable = settingsByVariable();
        for (final String variable : new TreeSet<>(variables.keySet())) {
            if (variable.startsWith(ENVIRONMENT_PREFIX) && !SCRIPT_VARIABLES.contains(variable)) {
                final String name = settingOf(variable, byVariable);
                layers.get(ValueSource.ENVIRONMENT).put(name, variables.get(variable));
            }
        }
        return this;
    }

    private static TreeMap<String, String> settingsByVariable() {
        final TreeMap<String, String> byVariable = new TreeMap<>();
        for (final String name : KnownNames.all()) {
            byVariable.put(Setting.environmentName(name), name);
        }
        return byVariable;
    }

    private static String settingOf(final String variable, final TreeMap<String, String> byVariable) {
        final String listenerPrefix = ENVIRONMENT_PREFIX + "LISTENER_NAME_";
        final String advertise = "_ADVERTISE";
        if (variable.startsWith(listenerPrefix)
                && variable.endsWith(advertise)
                && variable.length() > listenerPrefix.length() + advertise.length()) {
            final String listener = variable.substring(listenerPrefix.length(), variable.length() - advertise.length());
            return ListenerNames.advertise(listener);
        }
        final String withoutTwice =
                variable.startsWith("MILLRACE_MILLRACE_") ? variable.substring(ENVIRONMENT_PREFIX.length()) : variable;
        final String name = byVariable.get(withoutTwice);
        if (name == null) {
            throw new SettingException("Unknown setting in the environment: " + variable + "."
                    + NearestName.hint(variable, byVariable.keySet()));
        }
        return name;
    }

    /** The properties of a configuration file. */
    public SettingsLoader file(final String name, final Map<String, String> properties) {
        fileName = name;
        layers.get(ValueSource.FILE).putAll(properties);
        return this;
    }

    /**
     * Decides.
     *
     * @throws SettingException for a name nobody knows or a value that is refused
     */
    public Settings load() {
        final TreeMap<String, Settings.Given> given = new TreeMap<>();
        warnings.clear();
        layers.forEach((source, layer) -> {
            layer.keySet().forEach(name -> checkName(name, source));
            unifyNames(layer).forEach((name, value) -> {
                if (!given.containsKey(name)) {
                    given.put(name, give(name, value, source));
                }
            });
        });
        return new Settings(given);
    }

    private void checkName(final String name, final ValueSource source) {
        if (!KnownNames.isKnown(name)) {
            throw new SettingException(
                    "Unknown setting " + name + " (" + place(source) + ")." + NearestName.hint(name, KnownNames.all()));
        }
        if (!KnownNames.isUsed(name)) {
            warnings.add("Setting " + name + " (" + place(source) + ")" + KnownNames.withoutEffect(name));
        }
    }

    /** Two names of one thing become one, within a layer, so that a stronger layer wins whichever name it uses. */
    private static TreeMap<String, String> unifyNames(final TreeMap<String, String> layer) {
        final TreeMap<String, String> unified = new TreeMap<>();
        layer.forEach((name, value) ->
                unified.put(ListenerNames.isAdvertise(name) ? name.toLowerCase(Locale.ROOT) : name, value));
        final String nodeId = unified.get("node.id");
        final String brokerId = "-1".equals(unified.get("broker.id")) ? null : unified.get("broker.id");
        if (nodeId != null && brokerId != null && !nodeId.equals(brokerId)) {
            throw SettingException.refused(
                    "broker.id", brokerId, "Expected the value of node.id, " + nodeId + ", of which it is an alias");
        }
        if (nodeId != null || brokerId != null) {
            unified.put("node.id", nodeId != null ? nodeId : brokerId);
            unified.put("broker.id", nodeId != null ? nodeId : brokerId);
        }
        if (unified.containsKey("log.dir") && !unified.containsKey("log.dirs")) {
            unified.put("log.dirs", unified.get("log.dir"));
        }
        return unified;
    }

    private Settings.Given give(final String name, final String value, final ValueSource source) {
        try {
            if (BrokerSettings.find(name) == null) {
                // Without effect, but what is changed later is held against it, as a number.
                KnownNames.checkText(name, value);
            }
            return Settings.give(name, value, source);
        } catch (final SettingException e) {
            throw new SettingException(e.getMessage() + " (" + place(source) + ")");
        }
    }

    private String place(final ValueSource source) {
        return switch (source) {
            case COMMAND_LINE -> "on the command line";
            case ENVIRONMENT -> "in the environment";
            default -> "in " + fileName;
        };
    }

    /** After {@link #load}: one line for each name that is accepted without effect. */
    public List<String> warnings() {
        return Collections.unmodifiableList(warnings);
    }
}
