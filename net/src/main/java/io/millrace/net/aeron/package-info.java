/** Lanes between nodes over Aeron. Knows the port {@code PeerLink} and Aeron, no protocol. */
package io.millrace.net.aeron;
