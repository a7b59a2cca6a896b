package io.millrace.engine.settings;

import java.util.ArrayList;
import java.util.List;

/**
 * What a broker is started with: settings that were checked against each other and against the machine, parsed. What is
 * not here is asked of {@link #settings}.
 *
 * @param placement       one core is pinned to each of these processors
 * @param requestBytesMax largest request that is taken
 * @param notes           what the operator should be told at start, a line each
 */
public record BrokerConfig(
        Settings settings,
        int nodeId,
        String dataDirectory,
        List<Listener> listeners,
        Placement placement,
        Durability durability,
        boolean spins,
        long coreMemoryBytes,
        int ringBytes,
        int requestBytesMax,
        List<String> notes) {
    private static final int SPIN_PROCESSORS_MIN = 4;
    private static final int CORES_MAX = 1023;

    /**
     * @param hostName          name of this host, for listeners that bind all addresses
     * @param allowedProcessors processors that this process may use
     * @param force             allow what this machine is too small for
     * @throws SettingException naming the setting, the value and what was expected
     */
    public static BrokerConfig conclude(
            final Settings settings,
            final String hostName,
            final AllowedProcessors allowedProcessors,
            final boolean force) {
        final List<String> notes = new ArrayList<>();
        final Placement placement = placement(settings, allowedProcessors);
        final List<Listener> listeners = new ListenerParser(settings, hostName, notes).parse();
        checkPorts(settings, listeners, placement.processors().size());
        checkNodeId(settings, listeners);
        final String contradiction = CoordinatorSettings.complaint(settings::text);
        if (contradiction != null) {
            throw new SettingException(contradiction);
        }
        final boolean spins = "spin".equals(settings.stringOf(BrokerSettings.IDLE));
        if (spins && allowedProcessors.count() < SPIN_PROCESSORS_MIN && !force) {
            throw refused(
                    settings,
                    BrokerSettings.IDLE,
                    "Spinning on " + allowedProcessors.count() + " processors leaves none for anything else; expected"
                            + " park, at least " + SPIN_PROCESSORS_MIN + " processors, or --force");
        }
        return new BrokerConfig(
                settings,
                settings.intOf(BrokerSettings.NODE_ID),
                dataDirectory(settings),
                listeners,
                placement,
                Durability.of(settings.stringOf(BrokerSettings.DURABILITY)),
                spins,
                settings.longOf(BrokerSettings.CORE_MEMORY_BYTES),
                settings.intOf(BrokerSettings.RING_BYTES),
                requestBytesMax(settings, notes),
                List.copyOf(notes));
    }

    public List<Integer> processors() {
        return placement.processors();
    }

    public int coreCount() {
        return placement.processors().size();
    }

    /** As of nice(1). A core that spins takes its processor whole; it may not take more than its share of it, too. */
    public int coreNice() {
        return spins ? 0 : settings.intOf(BrokerSettings.CORE_NICE);
    }

    private static Placement placement(final Settings settings, final AllowedProcessors allowed) {
        final Placement placement;
        try {
            placement = CoreList.choose(
                    settings.stringOf(BrokerSettings.CORES), allowed, settings.booleanOf(BrokerSettings.CORES_SMT));
        } catch (final IllegalArgumentException e) {
            throw refused(settings, BrokerSettings.CORES, e.getMessage());
        }
        if (placement.processors().size() > CORES_MAX) {
            throw refused(settings, BrokerSettings.CORES, "Expected at most " + CORES_MAX + " cores");
        }
        return placement;
    }

    private static String dataDirectory(final Settings settings) {
        final Setting setting =
                settings.value(BrokerSettings.LOG_DIRS) != null ? BrokerSettings.LOG_DIRS : BrokerSettings.LOG_DIR;
        final List<String> directories = settings.listOf(setting);
        if (directories.size() != 1 || directories.getFirst().isEmpty()) {
            throw refused(settings, setting, "Expected exactly one directory");
        }
        return directories.getFirst();
    }

    private static void checkPorts(final Settings settings, final List<Listener> listeners, final int coreCount) {
        for (int i = 0; i < listeners.size(); i++) {
            final Listener listener = listeners.get(i);
            final int last = listener.port() + listener.ports(coreCount) - 1;
            if (last > 65535) {
                throw refused(
                        settings,
                        BrokerSettings.LISTENERS,
                        "Expected ports up to 65535, but the cores of " + listener.name() + " take ports up to "
                                + last);
            }
            for (int j = 0; j < i; j++) {
                final Listener other = listeners.get(j);
                final boolean overlap = listener.port() != 0
                        && other.port() != 0
                        && listener.port() <= other.port() + other.ports(coreCount) - 1
                        && other.port() <= last;
                final boolean sameAddress = listener.bindsAll()
                        || other.bindsAll()
                        || listener.host().equals(other.host());
                if (overlap && sameAddress) {
                    throw refused(
                            settings,
                            BrokerSettings.LISTENERS,
                            "Expected ports of their own for " + other.name() + " and " + listener.name() + " ("
                                    + coreCount + " cores)");
                }
            }
        }
    }

    private static void checkNodeId(final Settings settings, final List<Listener> listeners) {
        final int nodeId = settings.intOf(BrokerSettings.NODE_ID);
        for (final Listener listener : listeners) {
            if (listener.perCore() && nodeId > Listener.nodeIdMax()) {
                throw refused(
                        settings,
                        BrokerSettings.NODE_ID,
                        "Expected at most " + Listener.nodeIdMax() + ", so that the cores on listener "
                                + listener.name() + " have ids of their own");
            }
        }
    }

    private static int requestBytesMax(final Settings settings, final List<String> notes) {
        final int wanted = settings.intOf(BrokerSettings.SOCKET_REQUEST_MAX_BYTES);
        final long memory = settings.longOf(BrokerSettings.CORE_MEMORY_BYTES);
        if (wanted <= memory / 2) {
            return wanted;
        }
        final int possible = (int) (memory / 2);
        if (settings.isGiven(BrokerSettings.SOCKET_REQUEST_MAX_BYTES)
                || settings.isGiven(BrokerSettings.CORE_MEMORY_BYTES)) {
            notes.add("Requests are taken up to " + possible + " bytes, half of millrace.core.memory.bytes, not "
                    + "socket.request.max.bytes=" + wanted + ".");
        }
        return possible;
    }

    private static SettingException refused(final Settings settings, final Setting setting, final String expectation) {
        return SettingException.refused(setting.name(), settings.text(setting.name()), expectation);
    }
}
