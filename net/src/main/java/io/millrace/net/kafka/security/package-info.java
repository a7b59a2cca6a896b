/** Rules, tokens and users, as far as a broker has them. */
package io.millrace.net.kafka.security;
