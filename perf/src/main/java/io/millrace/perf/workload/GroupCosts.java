package io.millrace.perf.workload;

import io.millrace.perf.client.GroupRequests;
import io.millrace.perf.client.RawRequests;
import io.millrace.perf.client.Requests;
import io.millrace.perf.client.Topics;
import io.millrace.perf.report.Figures;
import io.millrace.perf.server.Durability;
import io.millrace.perf.server.Server;
import io.millrace.perf.server.Servers.Kind;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** What the requests cost that members of groups send all the time. */
final class GroupCosts extends NamedWorkload {
    private static final String TOPIC = "grouped";

    private final boolean commits;
    private final int groups;
    private final int inFlight;

    /**
     * @param commits whether the members commit offsets, otherwise they send heartbeats
     * @param groups of one member each, with a connection of its own
     * @param inFlight requests that each has unanswered at any time
     */
    GroupCosts(
            final String name, final String description, final boolean commits, final int groups, final int inFlight) {
        super(name, description, Durability.OS);
        this.commits = commits;
        this.groups = groups;
        this.inFlight = inFlight;
    }

    @Override
    public Set<Kind> kinds() {
        return EnumSet.complementOf(EnumSet.of(Kind.NULL));
    }

    @Override
    public Map<String, String> settings() {
        return ManyGroups.SETTINGS;
    }

    @Override
    public Figures run(final Server server, final Timing timing) throws Exception {
        final int[] ports = Topics.create(server.bootstrap(), TOPIC, 1);
        final GroupRequests joined = GroupRequests.join(ports[0], groups);
        final Requests requests = commits ? joined.commits(TOPIC) : joined.heartbeats();
        try (RawRequests members = new RawRequests(requests, inFlight)) {
            members.start();
            final Window window = Window.of(server, timing, members::answered, members::takeLatencies);
            return window.requests().putLatencies(members.takeLatencies());
        }
    }
}
