package io.millrace.net.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** An operator of one share group: sets what is to hold for it, before any member comes, and asks how far it is. */
final class SimShareInspector extends SimCaller {
    private static final int PAUSE_MS_MAX = 100;
    private static final int LAG_TOLD_SINCE = 1;

    private final SharedBook book;
    private final String topic;
    private final int partitions;
    /** Where the group is to come, or null as long as nobody knows. */
    private long[] targets;

    private long stuckSinceNs;
    private boolean underWay;

    SimShareInspector(
            final String name,
            final SimWorld world,
            final SharedBook book,
            final String topic,
            final int partitions,
            final int bootstrapPort) {
        super(name, world, List.of(topic), bootstrapPort);
        this.book = book;
        this.topic = topic;
        this.partitions = partitions;
    }

    @Override
    int act() {
        if (!underWay && !hasArrived()) {
            underWay = book.isOpen() ? ask() : set();
        }
        return 0;
    }

    private void onLost() {
        underWay = false;
    }

    private boolean set() {
        final SharedBook.Rules rules = book.rules();
        final Map<String, String> values = new TreeMap<>(Map.of(
                "share.auto.offset.reset", "earliest",
                "share.isolation.level", rules.committed() ? "read_committed" : "read_uncommitted",
                "share.record.lock.duration.ms", Integer.toString(rules.lockMs()),
                "share.delivery.count.limit", Integer.toString(rules.deliveriesMax()),
                "share.partition.max.record.locks", Integer.toString(rules.recordsMax())));
        if (rules.hasLetters()) {
            values.put("errors.deadletterqueue.topic.name", rules.letters());
            values.put("errors.deadletterqueue.copy.record.enable", Boolean.toString(rules.letterCopies()));
        }
        final AlterConfigsResource resource = new AlterConfigsResource()
                .setResourceType(ConfigResource.Type.GROUP.id())
                .setResourceName(book.group());
        values.forEach((name, value) ->
                resource.configs().add(new AlterableConfig().setName(name).setValue(value)));
        final IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        request.resources().add(resource);
        return call(
                bootstrapPort(),
                ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                version(0, 1),
                request,
                answer -> {
                    underWay = false;
                    final Errors error =
                            Errors.forCode(new IncrementalAlterConfigsResponseData(body(answer), answer.version())
                                    .responses()
                                    .getFirst()
                                    .errorCode());
                    if (error == Errors.NONE) {
                        book.open();
                    } else {
                        again(error, "its settings");
                    }
                },
                this::onLost);
    }

    private boolean ask() {
        final List<Integer> all = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            all.add(i);
        }
        final DescribeShareGroupOffsetsRequestData request = new DescribeShareGroupOffsetsRequestData()
                .setGroups(List.of(new DescribeShareGroupOffsetsRequestGroup()
                        .setGroupId(book.group())
                        .setTopics(List.of(new DescribeShareGroupOffsetsRequestTopic()
                                .setTopicName(topic)
                                .setPartitions(all)))));
        final long sentAt = book.now();
        return call(
                bootstrapPort(),
                ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS,
                version(0, 1),
                request,
                answer -> {
                    underWay = false;
                    onTold(
                            new DescribeShareGroupOffsetsResponseData(body(answer), answer.version()),
                            answer.version() >= LAG_TOLD_SINCE,
                            sentAt);
                    rest(entropy().nextInt(PAUSE_MS_MAX) * 1_000_000L);
                },
                this::onLost);
    }

    private void onTold(
            final DescribeShareGroupOffsetsResponseData response, final boolean lagIsTold, final long sentAt) {
        final Errors error = Errors.forCode(response.groups().getFirst().errorCode());
        if (error != Errors.NONE) {
            again(error, "its offsets");
            return;
        }
        response.groups()
                .getFirst()
                .topics()
                .forEach(each -> each.partitions().forEach(partition -> {
                    if (partition.startOffset() >= 0) {
                        final long before = book.start(partition.partitionIndex());
                        book.onStart(partition.partitionIndex(), partition.startOffset(), sentAt);
                        if (partition.startOffset() > before) {
                            stuckSinceNs = world().nowNs();
                        }
                        if (targets != null && lagIsTold && partition.lag() == 0) {
                            book.onAllDone(partition.partitionIndex());
                        }
                    }
                }));
        if (targets != null && !hasArrived() && world().isOverdue(stuckSinceNs)) {
            throw new ViolationException(this + ": the group does not go on, and says " + response);
        }
    }

    private void again(final Errors error, final String what) {
        world().onClientError(error);
        if (!isTransient(error) && error != Errors.NOT_CONTROLLER) {
            throw new ViolationException(book.group() + ": " + error + " for " + what);
        }
        retryLater();
    }

    /** From now on it is known where the last record of each partition lies. */
    void expect(final long[] behindLast) {
        targets = behindLast;
        stuckSinceNs = world().nowNs();
    }

    /** Whether the group is done with every record. */
    boolean hasArrived() {
        for (int i = 0; targets != null && i < partitions; i++) {
            if (!book.isDone(i, targets[i])) {
                return false;
            }
        }
        return targets != null;
    }

    @Override
    boolean isDone() {
        return book.isOpen() && (targets == null || hasArrived());
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder(name()).append(": ").append(book);
        for (int i = 0; targets != null && i < partitions; i++) {
            text.append(' ').append(i).append(" is to come to ").append(targets[i]);
        }
        return text.toString();
    }
}
