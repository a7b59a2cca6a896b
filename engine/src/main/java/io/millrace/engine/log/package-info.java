/**
 * One partition's log on the asynchronous disk: segments in Kafka's file format, their indexes, leases for readers,
 * retention, and what is checked and repaired at start. Everything here belongs to one core's thread.
 */
package io.millrace.engine.log;
