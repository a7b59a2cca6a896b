package io.millrace.engine.metadata;

import io.millrace.engine.settings.BrokerSettings;
import io.millrace.engine.settings.CoordinatorSettings;
import io.millrace.engine.settings.KnownNames;
import io.millrace.engine.settings.Setting;
import io.millrace.engine.settings.SettingException;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.status.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Which dynamic overrides a broker may have, or all of them, in Kafka's order, with its outcomes and words. */
final class BrokerRules {
    /** What a listener has for itself, and what may all the same be said for all brokers. */
    private static final List<String> OF_LISTENERS_FOR_ALL =
            List.of("max.connections", "max.connection.creation.rate", "num.network.threads");

    /** Kafka takes these new while it runs, but for one listener each. */
    private static final List<String> FOR_ONE_LISTENER = List.of(
            "ssl.key.password",
            "ssl.keystore.certificate.chain",
            "ssl.keystore.key",
            "ssl.keystore.location",
            "ssl.keystore.password",
            "ssl.keystore.type",
            "ssl.truststore.certificates",
            "ssl.truststore.location",
            "ssl.truststore.password",
            "ssl.truststore.type");

    private BrokerRules() {}

    /**
     * Checks all dynamic overrides of a broker resource together, as they would be. Unknown names are kept as such.
     *
     * @param image what is in force now
     * @param ofAll they shall hold for all brokers
     */
    static void check(final Map<String, String> overrides, final MetadataImage image, final boolean ofAll) {
        refuse(overrides, BrokerRules::isFixed, "Cannot update these configs dynamically: ");
        refuse(
                overrides,
                FOR_ONE_LISTENER::contains,
                "These security configs can be dynamically updated only per-listener using the listener prefix: ");
        overrides.forEach(BrokerRules::checkType);
        if (ofAll) {
            refuse(
                    overrides,
                    BrokerRules::isOfOne,
                    "Cannot update these configs at default cluster level, broker id must be specified: ");
        }
        final Settings start = image.startSettings();
        final String ofThisNode = Integer.toString(image.nodeId());
        final Settings after = ofAll
                ? start.withDynamic(overrides, image.brokerOverrides(ofThisNode))
                : start.withDynamic(image.brokerOverrides(""), overrides);
        checkConnections(overrides.keySet(), after);
        if (overrides.containsKey("max.connections.per.ip")) {
            checkConnectionsPerIp(name -> overrides.getOrDefault(name, start.text(name)));
        }
        final String contradiction =
                CoordinatorSettings.complaint(name -> overrides.getOrDefault(name, start.text(name)));
        if (contradiction != null) {
            throw new Refusal(Outcome.INVALID_REQUEST, contradiction);
        }
        BrokerChangeRules.check(image.settings(), after);
    }

    private static void refuse(
            final Map<String, String> overrides, final Predicate<String> isRefused, final String complaint) {
        final List<String> refused = new ArrayList<>();
        for (final String name : overrides.keySet()) {
            if (isRefused.test(name)) {
                refused.add(name);
            }
        }
        if (!refused.isEmpty()) {
            throw new Refusal(Outcome.INVALID_REQUEST, complaint + refused);
        }
    }

    private static boolean isFixed(final String name) {
        final Setting setting = BrokerSettings.find(name);
        return setting != null
                ? !setting.isDynamic()
                : KnownNames.isKnownButStatic(name) || KnownNames.isAdvertise(name);
    }

    private static boolean isOfOne(final String name) {
        final String ofListener = KnownNames.ofListener(name);
        return ofListener != null
                ? !OF_LISTENERS_FOR_ALL.contains(ofListener)
                : KnownNames.kafka(name) != null && KnownNames.kafka(name).perBroker();
    }

    /** A listener's setting has the type of that for all. */
    private static void checkType(final String name, final String value) {
        final String ofListener = KnownNames.ofListener(name);
        final Setting setting = BrokerSettings.find(ofListener == null ? name : ofListener);
        if (setting != null) {
            ConfigRules.parse(setting, value, Outcome.INVALID_REQUEST);
            return;
        }
        try {
            KnownNames.checkText(name, value);
        } catch (final SettingException e) {
            throw new Refusal(Outcome.INVALID_REQUEST, e.getMessage());
        }
    }

    /** Who lets nobody in could not be told otherwise any more. */
    private static void checkConnections(final Iterable<String> overridden, final Settings after) {
        for (final String name : overridden) {
            final String ofListener = KnownNames.ofListener(name);
            final String base = ofListener == null ? name : ofListener;
            final boolean isLimit = base.equals("max.connections") || base.equals("max.connection.creation.rate");
            if (isLimit && Integer.parseInt(after.text(name).trim()) == 0) {
                throw BrokerChangeRules.refusal("Invalid " + base + " 0");
            }
        }
    }

    private static void checkConnectionsPerIp(final UnaryOperator<String> texts) {
        final boolean isNone =
                Integer.parseInt(texts.apply("max.connections.per.ip").trim()) == 0;
        if (isNone && texts.apply("max.connections.per.ip.overrides").isBlank()) {
            throw new Refusal(
                    Outcome.INVALID_REQUEST,
                    "requirement failed: max.connections.per.ip can be set to zero only if"
                            + " max.connections.per.ip.overrides property is set.");
        }
    }
}
