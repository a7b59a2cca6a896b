package io.millrace.engine.status;

/** One number in a slot of {@link Statistics}. Owned by one thread. */
public final class Tally {
    private final long[] slots;
    private final int slot;

    Tally(final long[] slots, final int slot) {
        this.slots = slots;
        this.slot = slot;
    }

    public void increment() {
        slots[slot]++;
    }

    public void add(final long more) {
        slots[slot] += more;
    }

    public void set(final long value) {
        slots[slot] = value;
    }

    public void atLeast(final long value) {
        if (value > slots[slot]) {
            slots[slot] = value;
        }
    }

    public long get() {
        return slots[slot];
    }
}
