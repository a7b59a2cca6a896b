/** What operators ask of a cluster as a whole: who keeps its metadata, who belongs to it, who leads what, and where. */
package io.millrace.net.kafka.cluster;
