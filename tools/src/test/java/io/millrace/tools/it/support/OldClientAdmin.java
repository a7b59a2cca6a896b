package io.millrace.tools.it.support;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/** What the admin client of a version does with groups and transactions; the topics are {@link OldClientMain}'s. */
final class OldClientAdmin {
    private OldClientAdmin() {}

    /** Returns "managed" if all went as it should. */
    static String manage(final Properties properties, final String topic, final boolean transactions)
            throws InterruptedException, ExecutionException {
        final String group = "group-" + topic;
        final TopicPartition partition = new TopicPartition(topic + "-transactions", 0);
        try (Admin admin = Admin.create(properties)) {
            check(groups(admin).contains(group), "the group in the list");
            check(
                    admin.describeConsumerGroups(List.of(group))
                            .all()
                            .get()
                            .get(group)
                            .members()
                            .isEmpty(),
                    "members of a group that was left");
            admin.removeMembersFromConsumerGroup(
                            "shared-" + topic,
                            new RemoveMembersFromConsumerGroupOptions(
                                    Set.of(new MemberToRemove("a"), new MemberToRemove("b"))))
                    .all()
                    .get();
            admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(3)))
                    .all()
                    .get();
            check(offset(admin, group, partition) == 3, "the altered offset");
            admin.deleteConsumerGroupOffsets(group, Set.of(partition)).all().get();
            check(offset(admin, group, partition) == -1, "a deleted offset");
            if (transactions) {
                manageTransactions(admin, topic, partition);
            }
            admin.deleteConsumerGroups(List.of("mover-" + topic)).all().get();
            checkThatGroupIsGone(admin, "mover-" + topic);
        }
        return "managed";
    }

    /** What replaces this call is not there in old versions. */
    @SuppressWarnings("removal")
    private static Set<String> groups(final Admin admin) throws InterruptedException, ExecutionException {
        return admin.listConsumerGroups().all().get().stream()
                .map(one -> one.groupId())
                .collect(Collectors.toSet());
    }

    private static void manageTransactions(final Admin admin, final String topic, final TopicPartition partition)
            throws InterruptedException, ExecutionException {
        final String id = "old-" + topic;
        check(
                admin.listTransactions().all().get().stream()
                        .anyMatch(one -> one.transactionalId().equals(id)),
                "the transaction in the list");
        final long before =
                admin.describeTransactions(List.of(id)).all().get().get(id).producerEpoch();
        admin.fenceProducers(List.of(id)).all().get();
        final long after =
                admin.describeTransactions(List.of(id)).all().get().get(id).producerEpoch();
        check(after > before, "epoch " + after + " after fencing " + before);
        check(
                !admin.describeProducers(List.of(partition))
                        .all()
                        .get()
                        .get(partition)
                        .activeProducers()
                        .isEmpty(),
                "the partition's producers");
    }

    private static long offset(final Admin admin, final String group, final TopicPartition partition)
            throws InterruptedException, ExecutionException {
        final OffsetAndMetadata found = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get()
                .get(partition);
        return found == null ? -1 : found.offset();
    }

    private static void checkThatGroupIsGone(final Admin admin, final String group) throws InterruptedException {
        try {
            admin.deleteConsumerGroups(List.of(group)).all().get();
            check(false, "a deleted group was deleted again");
        } catch (final ExecutionException e) {
            check(e.getCause() instanceof GroupIdNotFoundException, e.toString());
        }
    }

    private static void check(final boolean holds, final String what) {
        if (!holds) {
            throw new IllegalStateException(what);
        }
    }
}
