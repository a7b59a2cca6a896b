/** What is served in which versions, and the way from a frame to the handler of its API. */
package io.millrace.net.kafka.api;
