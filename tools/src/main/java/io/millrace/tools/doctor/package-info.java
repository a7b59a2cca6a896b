/**
 * {@code ./run.sh doctor}: looks at what the kernel says of a machine below {@code /proc} and {@code /sys}, and says what
 * to change for a thread-per-core broker. Changes nothing, runs nothing.
 */
package io.millrace.tools.doctor;
