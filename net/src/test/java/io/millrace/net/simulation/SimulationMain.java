package io.millrace.net.simulation;

/**
 * Runs seeds in a JVM of its own until one breaks: arguments are the first seed, how many, and whether only
 * those in which programs use transactions and groups.
 */
final class SimulationMain {
    private SimulationMain() {}

    public static void main(final String[] args) {
        final long first = Long.parseLong(args[0]);
        final int count = Integer.parseInt(args[1]);
        final boolean programsOnly = args.length > 2 && Boolean.parseBoolean(args[2]);
        for (long seed = first; seed < first + count; seed++) {
            if (programsOnly && !SimPrograms.areIn(seed)) {
                continue;
            }
            final SimResult result = Simulation.run(new SimOptions(seed, SimOptions.STEPS_DEFAULT));
            System.out.println(line(result));
            if (!result.isGood()) {
                result.violation().printStackTrace(System.out);
                return;
            }
        }
    }

    static String line(final SimResult result) {
        return (result.isGood() ? "good " : "BROKEN " + result.violation() + ' ') + result;
    }
}
