package io.millrace.engine.metadata;

import io.millrace.engine.status.Outcome;

/**
 * What the controller says to a command.
 *
 * @param message    for people, empty on success
 * @param first      by command: upper half of a new topic's id, first producer id, partitions moved
 * @param second     by command: lower half of a new topic's id, number of producer ids
 * @param awaitIndex the answer may be given once every core has applied this entry: the command's own, or the last one
 *                   that was proposed before, on which the answer rests
 */
public record CommandResult(Outcome outcome, String message, long first, long second, long awaitIndex) {}
