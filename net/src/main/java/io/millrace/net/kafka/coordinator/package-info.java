/** Where coordinators live: which core has the partition of a group's or transaction's state, and the way there. */
package io.millrace.net.kafka.coordinator;
