package io.millrace.engine.sim;

/** What a name in a simulated directory stands for. */
sealed interface SimNode permits SimInode, SimDirectory {}
