package io.millrace.engine.metadata;

import io.millrace.engine.status.Outcome;

/** Ends the checking of a command: not a defect but an answer, so it carries no stack trace. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Outcome outcome;

    Refusal(final Outcome outcome, final String message) {
        super(message, null, false, false);
        this.outcome = outcome;
    }

    Outcome outcome() {
        return outcome;
    }
}
