/** From bytes to requests and from answers to bytes: frames, order, memory, back-pressure. Knows no protocol. */
package io.millrace.net.connection;
