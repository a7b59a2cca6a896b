package io.millrace.tools.client;

import picocli.CommandLine.ParentCommand;

/** A command behind {@code topics}. */
abstract class TopicsVerb extends AdminCommand {
    @ParentCommand
    private TopicsCommand topics;

    @Override
    final String title() {
        return "topics";
    }

    @Override
    final ClientOptions options() {
        return topics.options();
    }

    final boolean json() {
        return topics.json();
    }

    /** What was done: a sentence for people, an object for programs. */
    final void done(final Output out, final String sentence, final Object... namesAndValues) {
        out.line(json() ? Json.of(Json.object(namesAndValues)) : sentence);
    }

    static String counted(final int count, final String unit) {
        return count + " " + unit + (count == 1 ? "" : "s");
    }
}
