package io.millrace.tools.client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.StreamsGroupMemberAssignment;
import org.apache.kafka.clients.admin.StreamsGroupSubtopologyDescription;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * A group of any type, in what all types share.
 *
 * @param protocol what its members are, such as consumer, share or connect
 * @param members null where the broker does not tell
 */
record Group(String name, String type, String protocol, String state, List<Member> members) {
    static final String CLASSIC = "classic";
    static final String SHARE = "share";
    static final String STREAMS = "streams";

    /** One of its members, and what it is to read; a streams group's member reads what its active tasks read. */
    record Member(String id, String clientId, String host, Set<TopicPartition> partitions) {
        private static Member of(final MemberDescription member) {
            return new Member(
                    member.consumerId(),
                    member.clientId(),
                    member.host(),
                    member.assignment().topicPartitions());
        }
    }

    /** In the order of their names. */
    static List<Group> all(final Cluster cluster) {
        final List<GroupListing> listings =
                new ArrayList<>(cluster.get(cluster.admin().listGroups().all()));
        listings.sort(Comparator.comparing(GroupListing::groupId));
        return describe(cluster, listings);
    }

    /** @throws CommandFailure if there is no such group */
    static Group named(final Cluster cluster, final String name) {
        return find(cluster, name)
                .orElseThrow(() -> new CommandFailure("no group " + name + " (./run.sh groups lists them)"));
    }

    static Optional<Group> find(final Cluster cluster, final String name) {
        final List<GroupListing> listings = cluster
                .get(cluster.admin().listGroups().all())
                .stream()
                .filter(group -> group.groupId().equals(name))
                .toList();
        return describe(cluster, listings).stream().findFirst();
    }

    boolean isShare() {
        return type.equals(SHARE);
    }

    boolean isStreams() {
        return type.equals(STREAMS);
    }

    private static List<Group> describe(final Cluster cluster, final List<GroupListing> listings) {
        // All questions are asked before the first answer is waited for.
        final Map<String, KafkaFuture<List<Member>>> members = new HashMap<>();
        listings.forEach(listing -> members.put(listing.groupId(), members(cluster.admin(), listing)));
        return listings.stream()
                .map(listing -> new Group(
                        listing.groupId(),
                        type(listing).toString().toLowerCase(Locale.ROOT),
                        listing.protocol(),
                        listing.groupState()
                                .map(state -> state.toString().toLowerCase(Locale.ROOT))
                                .orElse(null),
                        cluster.ask(members.get(listing.groupId())).orElse(null)))
                .toList();
    }

    /** Brokers from before there were types have classic groups only. */
    private static GroupType type(final GroupListing listing) {
        return listing.type().orElse(GroupType.CLASSIC);
    }

    private static KafkaFuture<List<Member>> members(final Admin admin, final GroupListing listing) {
        final String name = listing.groupId();
        final Set<String> names = new TreeSet<>(Set.of(name));
        return switch (type(listing)) {
            case SHARE ->
                admin.describeShareGroups(names)
                        .describedGroups()
                        .get(name)
                        .thenApply(group -> group.members().stream()
                                .map(member -> new Member(
                                        member.consumerId(),
                                        member.clientId(),
                                        member.host(),
                                        member.assignment().topicPartitions()))
                                .toList());
            case STREAMS ->
                admin.describeStreamsGroups(names)
                        .describedGroups()
                        .get(name)
                        .thenApply(group -> group.members().stream()
                                .map(member -> new Member(
                                        member.memberId(),
                                        member.clientId(),
                                        member.clientHost(),
                                        sources(group.subtopologies(), member.assignment())))
                                .toList());
            case CONSUMER ->
                admin.describeConsumerGroups(names)
                        .describedGroups()
                        .get(name)
                        .thenApply(group ->
                                group.members().stream().map(Member::of).toList());
            default ->
                admin.describeClassicGroups(names)
                        .describedGroups()
                        .get(name)
                        .thenApply(group ->
                                group.members().stream().map(Member::of).toList());
        };
    }

    /** A task reads the partition of its number of each of its subtopology's sources (KIP-1071). */
    private static Set<TopicPartition> sources(
            final Collection<StreamsGroupSubtopologyDescription> subtopologies,
            final StreamsGroupMemberAssignment assignment) {
        final Set<TopicPartition> sources = new HashSet<>();
        for (final StreamsGroupMemberAssignment.TaskIds tasks : assignment.activeTasks()) {
            for (final StreamsGroupSubtopologyDescription each : subtopologies) {
                if (each.subtopologyId().equals(tasks.subtopologyId())) {
                    Stream.concat(each.sourceTopics().stream(), each.repartitionSourceTopics().keySet().stream())
                            .forEach(topic -> tasks.partitions()
                                    .forEach(partition -> sources.add(new TopicPartition(topic, partition))));
                }
            }
        }
        return sources;
    }
}
