/**
 * Groups of every kind, on Apache Kafka's own {@code GroupCoordinatorShard}. No other package sees a type of
 * {@code org.apache.kafka.coordinator}.
 */
package io.millrace.net.kafka.group;
