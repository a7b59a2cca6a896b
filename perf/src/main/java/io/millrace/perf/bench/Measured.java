package io.millrace.perf.bench;

/**
 * What JMH found for one benchmark with one set of parameters, a call.
 *
 * @param nsError half the width of the interval that holds the mean with 99.9 %
 * @param bytes allocated on the heap by all threads; the median of all iterations
 * @param bytesError the median of the iterations' distances from it
 */
public record Measured(String benchmark, double ns, double nsError, double bytes, double bytesError) {}
