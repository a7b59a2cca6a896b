/** The Fetch API: sessions, reads gathered from the cores that own the partitions, and waiting for what is not there yet. */
package io.millrace.net.kafka.fetch;
