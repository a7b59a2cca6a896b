package io.millrace.perf.workload;

import io.millrace.perf.server.Durability;

/** A workload of which there are several of one kind, told apart by their names. */
abstract class NamedWorkload implements Workload {
    private final String name;
    private final String description;
    private final Durability durability;

    NamedWorkload(final String name, final String description, final Durability durability) {
        this.name = name;
        this.description = description;
        this.durability = durability;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String description() {
        return description;
    }

    @Override
    public final Durability durability() {
        return durability;
    }
}
