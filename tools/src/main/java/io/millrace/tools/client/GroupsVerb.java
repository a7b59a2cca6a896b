package io.millrace.tools.client;

import picocli.CommandLine.ParentCommand;

/** A command behind {@code groups}. */
abstract class GroupsVerb extends AdminCommand {
    @ParentCommand
    private GroupsCommand groups;

    @Override
    final String title() {
        return "groups";
    }

    @Override
    final ClientOptions options() {
        return groups.options();
    }

    final boolean json() {
        return groups.json();
    }

    /** What was done: a sentence for people, an object for programs. */
    final void done(final Output out, final String sentence, final Object... namesAndValues) {
        out.line(json() ? Json.of(Json.object(namesAndValues)) : sentence);
    }
}
