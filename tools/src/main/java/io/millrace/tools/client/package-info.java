/**
 * Small commands for people without Kafka's tools at hand: topics, groups, produce, consume, configs. They are plain Kafka
 * clients, work with every broker that speaks Kafka's protocol, and run on the main thread beside the clients' own.
 */
package io.millrace.tools.client;
