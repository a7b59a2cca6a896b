package io.millrace.tools.client;

import java.util.List;

/** A row for each group. */
abstract class GroupsList extends AdminCommand {
    abstract boolean json();

    @Override
    final String title() {
        return "groups";
    }

    @Override
    final int run(final Cluster cluster, final Output out) {
        final List<Group> groups = Group.all(cluster);
        final Table table = new Table("group", "type", "protocol", "state", "members");
        for (final Group group : groups) {
            table.row(
                    group.name(),
                    group.type(),
                    group.protocol(),
                    group.state(),
                    group.members() == null ? null : group.members().size());
        }
        table.print(out, json());
        if (groups.isEmpty()) {
            out.flush();
            say("no groups at " + bootstrap());
        }
        return 0;
    }
}
