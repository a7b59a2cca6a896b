package io.millrace.engine.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes listeners of the settings that describe them, and checks these against each other. */
final class ListenerParser {
    private static final Pattern ENDPOINT =
            Pattern.compile("([A-Za-z0-9_.-]+)://\\[?([0-9a-zA-Z\\-%._:]*)]?:([0-9]{1,5})");
    private static final int PORT_MAX = 65535;

    private record Endpoint(String name, String host, int port) {}

    private final Settings settings;
    private final String hostName;
    private final List<String> notes;

    ListenerParser(final Settings settings, final String hostName, final List<String> notes) {
        this.settings = settings;
        this.hostName = hostName;
        this.notes = notes;
    }

    List<Listener> parse() {
        final Map<String, Endpoint> advertised = endpoints(BrokerSettings.ADVERTISED_LISTENERS);
        final Map<String, Endpoint> bound = endpoints(BrokerSettings.LISTENERS);
        removeControllers(bound, advertised);
        if (bound.isEmpty()) {
            throw refused(
                    BrokerSettings.LISTENERS, "Expected at least one listener, such as PLAINTEXT://127.0.0.1:9092");
        }
        final List<Listener> listeners = new ArrayList<>();
        bound.values().forEach(endpoint -> {
            checkProtocol(endpoint.name());
            listeners.add(listener(endpoint, advertised.remove(endpoint.name())));
        });
        if (!advertised.isEmpty()) {
            throw refused(
                    BrokerSettings.ADVERTISED_LISTENERS,
                    "Expected names that listeners has, not " + String.join(", ", advertised.keySet()) + replaced());
        }
        checkReferences(bound);
        return List.copyOf(listeners);
    }

    private Map<String, Endpoint> endpoints(final Setting setting) {
        final Map<String, Endpoint> endpoints = new LinkedHashMap<>();
        final Object value = settings.value(setting);
        if (value == null) {
            return endpoints;
        }
        for (final String text : settings.listOf(setting)) {
            final Matcher matcher = ENDPOINT.matcher(text);
            if (!matcher.matches()) {
                throw refused(setting, "Expected NAME://host:port, separated by commas, not '" + text + "'");
            }
            if (Integer.parseInt(matcher.group(3)) > PORT_MAX) {
                throw refused(setting, "Expected a port of at most " + PORT_MAX + " in '" + text + "'");
            }
            final Endpoint endpoint =
                    new Endpoint(matcher.group(1), matcher.group(2), Integer.parseInt(matcher.group(3)));
            if (endpoints.put(endpoint.name(), endpoint) != null) {
                throw refused(setting, "Expected every name once, but there are two of " + endpoint.name());
            }
        }
        return endpoints;
    }

    /** Files written for Kafka name a listener for its controller quorum; there is none here. */
    private void removeControllers(final Map<String, Endpoint> bound, final Map<String, Endpoint> advertised) {
        final String names = settings.text("controller.listener.names");
        if (names == null) {
            return;
        }
        for (final String name : names.split(",")) {
            advertised.remove(name.trim());
            if (bound.remove(name.trim()) != null) {
                notes.add(
                        "Listener " + name.trim() + " is left out: it is one of controller.listener.names, and Millrace"
                                + " has no controller listener.");
            }
        }
    }

    private void checkProtocol(final String name) {
        String protocol = name.startsWith("SSL") || name.startsWith("SASL") ? name : "PLAINTEXT";
        for (final String entry : settings.listOf(BrokerSettings.LISTENER_SECURITY_PROTOCOL_MAP)) {
            final int colon = entry.indexOf(':');
            if (colon < 1) {
                throw refused(
                        BrokerSettings.LISTENER_SECURITY_PROTOCOL_MAP, "Expected NAME:PROTOCOL, not '" + entry + "'");
            }
            if (entry.substring(0, colon).equals(name)) {
                protocol = entry.substring(colon + 1);
            }
        }
        if (!"PLAINTEXT".equals(protocol)) {
            throw refused(
                    BrokerSettings.LISTENERS,
                    "Expected PLAINTEXT listeners, but " + name + " is " + protocol
                            + ", which this version of Millrace does not serve");
        }
    }

    private Listener listener(final Endpoint bound, final Endpoint advertised) {
        final boolean perCore = "core".equals(settings.text(ListenerNames.advertise(bound.name())));
        if (advertised != null) {
            if (advertised.host().isEmpty() || "0.0.0.0".equals(advertised.host())) {
                throw refused(
                        BrokerSettings.ADVERTISED_LISTENERS,
                        "Expected an address that clients can connect to, not '" + advertised.host() + "'");
            }
            return new Listener(
                    bound.name(), bound.host(), bound.port(), advertised.host(), advertised.port(), perCore);
        }
        final Listener listener =
                new Listener(bound.name(), bound.host(), bound.port(), bound.host(), bound.port(), perCore);
        if (!listener.bindsAll()) {
            return listener;
        }
        notes.add("Listener " + bound.name() + " listens on all addresses and tells clients to connect to " + hostName
                + "; set advertised.listeners if they know this host by another name.");
        return new Listener(bound.name(), bound.host(), bound.port(), hostName, bound.port(), perCore);
    }

    private void checkReferences(final Map<String, Endpoint> bound) {
        final String interBroker = settings.stringOf(BrokerSettings.INTER_BROKER_LISTENER_NAME);
        if (interBroker != null && !bound.containsKey(interBroker)) {
            throw refused(
                    BrokerSettings.INTER_BROKER_LISTENER_NAME,
                    "Expected one of " + String.join(", ", bound.keySet()) + replaced());
        }
        final List<String> known = new ArrayList<>();
        bound.keySet().forEach(name -> known.add(ListenerNames.advertise(name)));
        for (final String name : settings.givenNames()) {
            if (ListenerNames.isAdvertise(name) && !known.contains(name)) {
                throw SettingException.refused(
                        name,
                        settings.text(name),
                        "Expected the name of a listener: " + String.join(", ", known) + replaced());
            }
            if (ListenerNames.isPrefixed(name)
                    && KnownNames.isUsed(name)
                    && bound.keySet().stream().noneMatch(listener -> name.startsWith(ListenerNames.of(listener)))) {
                notes.add("Setting " + name + " has no effect: there is no such listener.");
            }
        }
    }

    /** Listeners of the command line stand for all of the file's, whose names are still used elsewhere in it. */
    private String replaced() {
        final String name = BrokerSettings.LISTENERS.name();
        return settings.source(name) != ValueSource.COMMAND_LINE
                ? ""
                : "; --host and --port, or --set listeners, replaced the file's listeners with " + settings.text(name);
    }

    private SettingException refused(final Setting setting, final String expectation) {
        return SettingException.refused(setting.name(), settings.text(setting.name()), expectation);
    }
}
