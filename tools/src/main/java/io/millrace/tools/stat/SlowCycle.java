package io.millrace.tools.stat;

import io.millrace.engine.status.SlowCycles;
import java.util.ArrayList;
import java.util.List;

/** A duty cycle that took long, and what ran in it, the longest part first. */
public record SlowCycle(long number, long whenMs, long lengthNs, long work, long cpuNs, List<Part> parts) {
    /** One part of the cycle. */
    public record Part(String name, long ns, long work) {}

    static SlowCycle read(final long[] slots, final int at, final List<String> terms) {
        final List<Part> parts = new ArrayList<>();
        long left = slots[at + SlowCycles.LENGTH_NS];
        for (int i = 0; i < terms.size() && i < SlowCycles.TERMS_MAX; i++) {
            final long ns = slots[at + SlowCycles.TERM_NS + i];
            if (ns > 0) {
                parts.add(new Part(terms.get(i), ns, slots[at + SlowCycles.TERM_WORK + i]));
                left -= ns;
            }
        }
        if (left > 0) {
            parts.add(new Part("rest", left, 0));
        }
        parts.sort((a, b) -> Long.compare(b.ns, a.ns));
        return new SlowCycle(
                slots[at + SlowCycles.NUMBER],
                slots[at + SlowCycles.WHEN_MS],
                slots[at + SlowCycles.LENGTH_NS],
                slots[at + SlowCycles.WORK],
                slots[at + SlowCycles.CPU_NS],
                parts);
    }
}
