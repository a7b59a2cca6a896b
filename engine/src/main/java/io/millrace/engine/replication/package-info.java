/**
 * A copy of a partition kept up to date over a {@code PeerLink}: the feeder's side, the follower's side, and the
 * messages between them. Nothing here knows where the feeder's batches come from, or which wire carries them.
 */
package io.millrace.engine.replication;
