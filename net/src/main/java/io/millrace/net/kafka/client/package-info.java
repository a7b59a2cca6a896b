/** The other side of the Kafka wire: what a copy needs to ask of a broker, without blocking. */
package io.millrace.net.kafka.client;
