package io.millrace.engine.core;

/** Where memory is made that belongs to one core: on its own node, where the machine has several. */
public interface CorePlace {
    /** For machines, and worlds, in which all memory is alike. */
    CorePlace ANYWHERE = (core, making) -> making.run();

    /** Runs this to its end, near the core. */
    void run(int core, Runnable making);
}
