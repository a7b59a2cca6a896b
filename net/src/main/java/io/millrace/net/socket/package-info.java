/** TCP through NIO: the real {@code Poller} and {@code Endpoint}. The only room of net that knows channels. */
package io.millrace.net.socket;
