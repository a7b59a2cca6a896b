package io.millrace.perf;

import java.io.IOException;

/** The door to what measures Millrace: so far the benchmarks, with JMH's own options. */
public final class Perf {
    private Perf() {}

    public static void main(String[] args) throws IOException {
        org.openjdk.jmh.Main.main(args);
    }
}
