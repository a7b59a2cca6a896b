package io.millrace.net.simulation;

/** Runs seeds in a JVM of its own until one breaks: arguments are the first seed and how many. */
final class SimulationMain {
    private SimulationMain() {}

    public static void main(final String[] args) {
        final long first = Long.parseLong(args[0]);
        final int count = Integer.parseInt(args[1]);
        for (long seed = first; seed < first + count; seed++) {
            final SimResult result = Simulation.run(new SimOptions(seed, SimOptions.STEPS_DEFAULT));
            System.out.println(line(result));
            if (!result.isGood()) {
                return;
            }
        }
    }

    static String line(final SimResult result) {
        return (result.isGood() ? "good " : "BROKEN " + result.violation() + ' ') + result;
    }
}
