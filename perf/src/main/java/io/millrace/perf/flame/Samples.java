package io.millrace.perf.flame;

import java.util.ArrayList;
import java.util.List;

/** What was sampled, and how far it can be believed. */
public final class Samples {
    private final String source;
    private final List<String> limits = new ArrayList<>();
    private boolean kernel;
    private final StackTree root = new StackTree(new Frame("all threads", Frame.Kind.THREAD));

    Samples(final String source) {
        this.source = source;
    }

    /** @param outermostFirst without the thread */
    void add(final String thread, final List<Frame> outermostFirst) {
        final List<Frame> stack = new ArrayList<>(outermostFirst.size() + 1);
        stack.add(new Frame(thread, Frame.Kind.THREAD));
        stack.addAll(outermostFirst);
        root.add(stack);
        kernel |= stack.getLast().kind() == Frame.Kind.KERNEL;
    }

    void limit(final String limit) {
        limits.add(limit);
    }

    /** Who sampled, and how often. */
    public String source() {
        return source;
    }

    /** What these samples do not show. */
    public List<String> limits() {
        return limits;
    }

    public long count() {
        return root.samples();
    }

    /** Whether there are functions of the kernel in them. */
    boolean hasKernel() {
        return kernel;
    }

    StackTree root() {
        return root;
    }
}
