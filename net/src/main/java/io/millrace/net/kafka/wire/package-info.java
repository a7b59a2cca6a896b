/**
 * Kafka's wire types and the two hot messages, Produce and Fetch, as flyweights over a frame's bytes. Nothing here
 * allocates after construction, and no length read from a frame is trusted.
 */
package io.millrace.net.kafka.wire;
