package io.millrace.perf.flame;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Sampled stacks that begin alike, laid together: how often each function was on one, and below whom. */
final class StackTree {
    private final Frame frame;
    private final Map<String, StackTree> callees = new TreeMap<>();
    private long samples;

    StackTree(final Frame frame) {
        this.frame = frame;
    }

    /** @param outermostFirst the stack of one sample, below this one */
    void add(final List<Frame> outermostFirst) {
        StackTree at = this;
        at.samples++;
        for (final Frame called : outermostFirst) {
            at = at.callees.computeIfAbsent(called.kind() + " " + called.name(), name -> new StackTree(called));
            at.samples++;
        }
    }

    Frame frame() {
        return frame;
    }

    long samples() {
        return samples;
    }

    /** By their names, so that the same function is found at the same place in the next graph. */
    Collection<StackTree> callees() {
        return callees.values();
    }

    int depth() {
        return 1 + callees.values().stream().mapToInt(StackTree::depth).max().orElse(0);
    }
}
