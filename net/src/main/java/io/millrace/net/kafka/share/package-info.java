/** Share groups at work (KIP-932): what records are handed out to members, and what becomes of them. */
package io.millrace.net.kafka.share;
