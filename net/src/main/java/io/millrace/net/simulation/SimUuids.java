package io.millrace.net.simulation;

import io.millrace.engine.port.Entropy;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.SecureRandomSpi;
import java.security.Security;
import java.util.List;

/**
 * Ids that libraries draw from {@code UUID.randomUUID}, such as those of groups' members: on the thread of a simulation
 * they come from its seed. A security provider sees to it, which must be there before anyone in the JVM draws the first.
 */
final class SimUuids {
    private static final String ALGORITHM = "Simulated";
    private static final ThreadLocal<Entropy> SEEDED = new ThreadLocal<>();

    private static final class Seeded extends Provider {
        private static final long serialVersionUID = 1;

        Seeded() {
            super("MillraceSimulation", "1", "UUIDs of simulations");
            putService(new Service(this, "SecureRandom", ALGORITHM, Random.class.getName(), List.of(), null) {
                @Override
                public Object newInstance(final Object parameter) {
                    return new Random();
                }
            });
        }
    }

    /** The seed's numbers on a thread that simulates, the system's on any other. */
    private static final class Random extends SecureRandomSpi {
        private static final long serialVersionUID = 1;

        private final SecureRandom real;

        Random() {
            try {
                real = SecureRandom.getInstance("NativePRNG");
            } catch (final NoSuchAlgorithmException never) {
                throw new IllegalStateException(never);
            }
        }

        @Override
        protected void engineSetSeed(final byte[] seed) {
            real.setSeed(seed);
        }

        @Override
        protected void engineNextBytes(final byte[] bytes) {
            final Entropy entropy = SEEDED.get();
            if (entropy == null) {
                real.nextBytes(bytes);
                return;
            }
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) entropy.nextInt(256);
            }
        }

        @Override
        protected byte[] engineGenerateSeed(final int bytes) {
            return real.generateSeed(bytes);
        }
    }

    private SimUuids() {}

    /** From now on, until {@link #end}, this thread's ids come from there. */
    static void begin(final Entropy entropy) {
        if (Security.getProvider("MillraceSimulation") == null) {
            Security.insertProviderAt(new Seeded(), 1);
        }
        SEEDED.set(entropy);
    }

    static void end() {
        SEEDED.remove();
    }
}
