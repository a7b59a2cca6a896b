package io.millrace.perf.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes servers of the kinds that can be compared, with the same durability and the same settings. */
public final class Servers {
    /**
     * Millrace in node and in core mode, in node mode on io_uring, Apache Kafka, a broker that answers and drops, and no
     * server but the disk alone, for workloads whose acks wait for it.
     */
    public enum Kind {
        MILLRACE,
        MILLRACE_CORE,
        MILLRACE_URING,
        KAFKA,
        NULL,
        DISK;

        /** As it is written on the command line and in results. */
        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    private static final int PORTS_EACH = 64;
    private static final int FIRST_PORT = 21_000;
    private static final int LAST_PORT = 31_000;

    private final Path frontDoor;
    private final Path scratch;
    private final KafkaClassPath kafka;
    private int nextPort = FIRST_PORT;

    /**
     * @param frontDoor Millrace's run.sh
     * @param scratch a folder on the disk that is to be measured; each server gets a folder of its own below it
     */
    public Servers(final Path frontDoor, final Path scratch) {
        this.frontDoor = frontDoor;
        this.scratch = scratch;
        this.kafka = new KafkaClassPath(frontDoor.resolveSibling("target").resolve("perf"));
    }

    /** Where servers' data and the rig's own probes lie. */
    public Path scratch() {
        return scratch;
    }

    /**
     * Makes a server with an empty data directory; it does not run yet.
     *
     * @param settings settings by Kafka's names, for all kinds alike
     */
    public Server make(final Kind kind, final Durability durability, final Map<String, String> settings) {
        final int port = freePort();
        final Path folder = folder(kind.label() + "-" + port);
        final Map<String, String> all = new LinkedHashMap<>(settings);
        return switch (kind) {
            case MILLRACE, MILLRACE_CORE, MILLRACE_URING -> {
                all.put("millrace.durability", durability.label());
                if (kind == Kind.MILLRACE_URING) {
                    all.put("millrace.transport", "io_uring");
                }
                yield new MillraceServer(frontDoor, kind, folder, port, all);
            }
            case KAFKA -> {
                if (durability == Durability.FSYNC) {
                    all.put("log.flush.interval.messages", "1");
                }
                yield new KafkaServer(kafka.get(), folder, port, all);
            }
            case NULL -> new NullServer(folder, port);
            case DISK -> throw new IllegalArgumentException("the disk is no server");
        };
    }

    private Path folder(final String name) {
        try {
            return Files.createDirectories(scratch.resolve(name));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A port such that those behind it, one for each core or for a controller, are likely free too. */
    private int freePort() {
        for (int tries = 0; tries < (LAST_PORT - FIRST_PORT) / PORTS_EACH; tries++) {
            final int port = nextPort;
            nextPort = port + PORTS_EACH < LAST_PORT ? port + PORTS_EACH : FIRST_PORT;
            if (isFree(port) && isFree(port + 1)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port between " + FIRST_PORT + " and " + LAST_PORT);
    }

    private static boolean isFree(final int port) {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return probe.isBound();
        } catch (final IOException taken) {
            return false;
        }
    }
}
