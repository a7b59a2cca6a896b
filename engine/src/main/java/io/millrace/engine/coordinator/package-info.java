/** State machines that live in a partition's log: their requests append, their state is what the log says. */
package io.millrace.engine.coordinator;
