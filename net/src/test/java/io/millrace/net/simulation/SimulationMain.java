package io.millrace.net.simulation;

import io.millrace.engine.status.PlantedBug;
import java.util.TreeSet;

/**
 * Runs seeds in a JVM of its own until one breaks: arguments are the first seed, how many, and how many steps. Or, with
 * the argument {@code plants}, looks for a seed that finds what is planted, for one bug after the other, by more than that
 * something never comes, and sees to it that the same seed breaks nothing without it.
 */
final class SimulationMain {
    static final int SEEDS_MAX = 500;
    static final String GOOD = "good ";
    static final String BROKEN = "BROKEN ";
    static final String FOUND = "FOUND ";
    static final String MISSED = "MISSED ";

    private static final TreeSet<Long> SOUND = new TreeSet<>();

    private SimulationMain() {}

    public static void main(final String[] args) {
        if ("plants".equals(args[0])) {
            for (final PlantedBug bug : PlantedBug.values()) {
                if (args.length == 1 || bug.name().matches(args[1])) {
                    System.out.println(find(bug));
                }
            }
            return;
        }
        final long first = Long.parseLong(args[0]);
        final int count = Integer.parseInt(args[1]);
        final int steps = args.length > 2 ? Integer.parseInt(args[2]) : SimOptions.STEPS_DEFAULT;
        for (long seed = first; seed < first + count; seed++) {
            final SimResult result = Simulation.run(new SimOptions(seed, steps));
            System.out.println(line(result));
            if (!result.isGood()) {
                result.violation().printStackTrace(System.out);
                return;
            }
        }
    }

    private static String line(final SimResult result) {
        return (result.isGood() ? GOOD : BROKEN + result.violation() + ' ') + result;
    }

    /** With the seed that is known to find it, or if that has changed, with the first one that does. */
    private static String find(final PlantedBug bug) {
        final long known = PlantedSeeds.of(bug);
        for (long i = 0; i <= SEEDS_MAX; i++) {
            final long seed = i == 0 ? known : i;
            if (i > 0 && !PlantedSeeds.mayFind(bug, seed)) {
                continue;
            }
            PlantedBug.plant(bug);
            final SimResult planted = run(seed);
            PlantedBug.plant(null);
            if (!planted.isGood() && !planted.isHang()) {
                if (!SOUND.contains(seed)) {
                    final SimResult sound = run(seed);
                    if (!sound.isGood()) {
                        return line(sound) + " without " + bug;
                    }
                    SOUND.add(seed);
                }
                return FOUND + bug + " by seed " + seed + (seed == known ? "" : ", not " + known) + ": "
                        + planted.violation();
            }
        }
        return MISSED + bug;
    }

    private static SimResult run(final long seed) {
        return Simulation.run(new SimOptions(seed, SimOptions.STEPS_DEFAULT));
    }
}
