package io.millrace.tools.doctor;

/** Looks at one thing. Never throws for what a machine does not have: it is skipped then, with the reason. */
@FunctionalInterface
interface Check {
    Finding look(Machine machine);
}
