package io.millrace.net.kafka.coordinator;

import io.millrace.engine.coordinator.CoordinatorHost;
import io.millrace.engine.coordinator.CoordinatorMachine;
import io.millrace.engine.core.Core;
import io.millrace.engine.core.Deadline;
import io.millrace.engine.core.PartitionLog;
import io.millrace.engine.metadata.MetadataListener;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.port.Stage;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The coordinators of one kind on one core: one for each partition of their internal topic that the core owns, loaded
 * as soon as the partition is there. Asks those of other cores too. Owned by the core's thread.
 */
public abstract class Coordinators<M extends CoordinatorMachine> implements MetadataListener, Stage {
    private static final Logger LOG = LoggerFactory.getLogger(Coordinators.class);

    private final Core core;
    private final String topicName;
    private final Class<? extends Coordinators<M>> type;
    /** By partition; null where another core owns it. */
    private CoordinatorHost[] hosts = {};

    private final List<Runnable> later = new ArrayList<>();
    private final List<Runnable> running = new ArrayList<>();
    private boolean begun;
    private boolean stopped;

    /** What is to be done with a machine, on its core. */
    @FunctionalInterface
    public interface Request<M, R> {
        void run(M machine, Answer<R> answer);
    }

    protected Coordinators(final Core core, final String topicName, final Class<? extends Coordinators<M>> type) {
        this.core = core;
        this.topicName = topicName;
        this.type = type;
    }

    /** Makes the machine of a partition's next life. */
    protected abstract M newMachine(int partition, CoordinatorHost host);

    protected final Core core() {
        return core;
    }

    /** The partition of the internal topic that keeps the state of a group or transaction; Kafka's own formula. */
    public final int partitionFor(final String key) {
        final TopicImage topic = core.image().topic(topicName);
        return topic == null ? -1 : partitionOf(key, topic.partitionCount());
    }

    static int partitionOf(final String key, final int partitions) {
        final int hash = key.hashCode();
        return (hash == Integer.MIN_VALUE ? 0 : Math.abs(hash)) % partitions;
    }

    public final String topicName() {
        return topicName;
    }

    /**
     * Asks the coordinator of a partition for a client. On a listener where cores are brokers, only the core's own:
     * clients are to find the right one.
     *
     * @param partition from {@link #partitionFor}
     * @param answer    told on this core, in this duty cycle or a later one
     */
    public final <R> void ask(
            final RequestHeader header, final int partition, final Request<M, R> request, final Answer<R> answer) {
        final PartitionImage image = imageOf(partition);
        if (image != null && header.listener().isPerCore() && image.ownerCore() != core.id()) {
            answer.onError(Errors.NOT_COORDINATOR, null);
        } else {
            if (image != null) {
                answer.onAsked(image.ownerCore());
            }
            ask(partition, request, answer);
        }
    }

    /** Asks the coordinator of a partition, on whichever core it is; told on this core. */
    public final <R> void ask(final int partition, final Request<M, R> request, final Answer<R> answer) {
        final PartitionImage image = imageOf(partition);
        if (image == null) {
            answer.onError(Errors.COORDINATOR_NOT_AVAILABLE, null);
        } else if (image.ownerCore() == core.id()) {
            askHere(partition, request, answer);
        } else {
            final int from = core.id();
            core.calls().run(image.ownerCore(), owner -> {
                final Coordinators<M> there = owner.service(type);
                there.askHere(partition, request, new AnswerElsewhere<>(owner, from, answer));
            });
        }
    }

    private PartitionImage imageOf(final int partition) {
        final TopicImage topic = core.image().topic(topicName);
        return topic == null ? null : topic.partition(partition);
    }

    /** Brings an answer back to the core that asked. */
    private record AnswerElsewhere<R>(Core owner, int from, Answer<R> answer) implements Answer<R> {
        @Override
        public void onAnswer(final R response) {
            owner.calls().run(from, asker -> answer.onAnswer(response));
        }

        @Override
        public void onError(final Errors error, final String message) {
            owner.calls().run(from, asker -> answer.onError(error, message));
        }
    }

    @SuppressWarnings("unchecked") // the hosts' machines are made here
    private <R> void askHere(final int partition, final Request<M, R> request, final Answer<R> answer) {
        final CoordinatorHost host = partition < hosts.length ? hosts[partition] : null;
        final M machine = host == null ? null : (M) host.active();
        if (machine != null) {
            try {
                request.run(machine, answer);
            } catch (final IllegalArgumentException hostile) {
                LOG.warn("{}-{} refused a request: {}", topicName, partition, hostile.toString());
                answer.onError(Errors.INVALID_REQUEST, null);
            }
        } else {
            answer.onError(
                    host == null || stopped ? Errors.NOT_COORDINATOR : Errors.COORDINATOR_LOAD_IN_PROGRESS, null);
        }
    }

    /** The partitions whose coordinators a request for all of them has to ask, as far as the listener shows them. */
    public final int[] partitionsFor(final RequestHeader header) {
        final TopicImage topic = core.image().topic(topicName);
        final int[] all = new int[topic == null ? 0 : topic.partitionCount()];
        int count = 0;
        for (int i = 0; i < all.length; i++) {
            if (!header.listener().isPerCore() || topic.partition(i).ownerCore() == core.id()) {
                all[count++] = i;
            }
        }
        return Arrays.copyOf(all, count);
    }

    /** Every machine that can be asked here and now. */
    @SuppressWarnings("unchecked") // the hosts' machines are made here
    protected final void forEachActive(final Consumer<M> action) {
        for (final CoordinatorHost host : hosts) {
            if (host != null && host.active() != null) {
                action.accept((M) host.active());
            }
        }
    }

    /** Runs the action in the next duty cycle, once. */
    public final void later(final Runnable action) {
        later.add(action);
    }

    @Override
    public void onPartitionPlaced(final TopicImage topic, final PartitionImage partition, final int previousCore) {
        if (begun && topic.name().equals(topicName)) {
            if (previousCore == core.id()) {
                close(partition.partition());
            }
            open(partition);
        }
    }

    @Override
    public void onTopicDeleted(final TopicImage topic) {
        if (topic.name().equals(topicName)) {
            closeAll();
            hosts = new CoordinatorHost[0];
        }
    }

    private void open(final PartitionImage partition) {
        if (partition.ownerCore() != core.id() || stopped) {
            return;
        }
        final Function<CoordinatorHost, CoordinatorMachine> machines = host -> newMachine(partition.partition(), host);
        final CoordinatorHost[] made = new CoordinatorHost[1];
        final Deadline again = new Deadline() {
            @Override
            protected void onDeadline(final long nowNs, final long nowMs) {
                made[0].load();
            }
        };
        made[0] = new CoordinatorHost(
                new PartitionLog(core, partition),
                machines,
                delayMs -> core.deadlines().arm(again, core.nowNs() + delayMs * 1_000_000),
                (why, cause) -> LOG.error(
                        "{}-{} has no coordinator, whoever needs it is refused: {}",
                        topicName,
                        partition.partition(),
                        why,
                        cause));
        if (partition.partition() >= hosts.length) {
            hosts = Arrays.copyOf(hosts, partition.partition() + 1);
        }
        hosts[partition.partition()] = made[0];
        made[0].load();
    }

    /** Another core's coordinator reads the log from here on. */
    private void close(final int partition) {
        if (partition < hosts.length && hosts[partition] != null) {
            hosts[partition].close();
            hosts[partition] = null;
        }
    }

    private void closeAll() {
        for (final CoordinatorHost host : hosts) {
            if (host != null) {
                host.close();
            }
        }
    }

    protected final boolean isStopped() {
        return stopped;
    }

    /** No request is taken any more, and who waits is sent elsewhere. */
    public final void stop() {
        stopped = true;
        closeAll();
    }

    @Override
    public int doWork(final long nowNs, final long nowMs) {
        if (!begun) {
            begun = true;
            final TopicImage topic = core.image().topic(topicName);
            for (int i = 0; topic != null && i < topic.partitionCount(); i++) {
                open(topic.partition(i));
            }
        }
        if (later.isEmpty()) {
            return 0;
        }
        running.addAll(later);
        later.clear();
        running.forEach(Runnable::run);
        final int count = running.size();
        running.clear();
        return count;
    }

    @Override
    public boolean mayPark() {
        return begun && later.isEmpty();
    }
}
