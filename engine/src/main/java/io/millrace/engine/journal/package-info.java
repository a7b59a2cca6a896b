/**
 * One core's journal: what a sync round makes durable in one write for all its partitions, until their segments are
 * synced; and what recovery reads of it.
 */
package io.millrace.engine.journal;
