/** The Produce API: a request's batches go to the cores that own their partitions, the answers come back as one. */
package io.millrace.net.kafka.produce;
