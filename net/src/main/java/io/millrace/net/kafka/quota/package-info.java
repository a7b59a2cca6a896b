/** What clients may take: asked for and altered. */
package io.millrace.net.kafka.quota;
