package io.millrace.engine.settings;

import java.util.ArrayList;
import java.util.List;

/**
 * The processors that a process may run on.
 *
 * @param numbers in rising order
 * @param first   of each physical core the first of its threads that is among them, in rising order; the others are its
 *                SMT siblings, which share its execution units and caches
 */
public record AllowedProcessors(List<Integer> numbers, List<Integer> first) {
    /** Each has a physical core of its own, or nobody knows better. */
    public static AllowedProcessors alone(final List<Integer> numbers) {
        return new AllowedProcessors(numbers, numbers);
    }

    public int count() {
        return numbers.size();
    }

    /** Those that share a physical core with one of the first. */
    List<Integer> siblings() {
        final List<Integer> siblings = new ArrayList<>(numbers);
        siblings.removeAll(first);
        return siblings;
    }
}
