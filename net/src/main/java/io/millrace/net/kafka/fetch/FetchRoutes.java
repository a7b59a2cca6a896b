package io.millrace.net.kafka.fetch;

import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.net.kafka.api.LeaderHints;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.wire.FetchRequest;
import java.util.Arrays;
import org.apache.kafka.common.protocol.Errors;

/** Finds the owner of each partition of a fetch and chains those of one core together. Owned by one core's thread. */
final class FetchRoutes {
    /** Of one core in a question that waits there: its answer's room is kept free meanwhile. */
    private static final int WAITING_PARTS_MAX = 32;

    private final FetchHandler handler;
    private final int[] firstOfCore;
    private final int[] lastOfCore;

    FetchRoutes(final FetchHandler handler) {
        this.handler = handler;
        firstOfCore = new int[handler.coreCount()];
        lastOfCore = new int[handler.coreCount()];
        clear();
    }

    void clear() {
        Arrays.fill(firstOfCore, FetchPartition.END);
    }

    /** The first partition that this core owns, the others follow by {@link FetchPartition#next}. */
    int firstOf(final int core) {
        return firstOfCore[core];
    }

    /** Begins a round: chains what can be read, and marks what cannot with its error. */
    void resolve(
            final RequestHeader header,
            final FetchRequest request,
            final FetchSession session,
            final FetchPartition[] partitions,
            final int count,
            final int answerBytesMax) {
        final MetadataImage image = handler.image();
        final boolean looksUp = session == null || session.resolvedVersion != image.version();
        for (int i = 0; i < count; i++) {
            final FetchPartition partition = partitions[i];
            partition.clearRound();
            if (looksUp) {
                partition.topic = request.hasTopicIds()
                        ? image.topicById(partition.topicIdMsb, partition.topicIdLsb)
                        : image.topic(partition.name, partition.nameOffset, partition.nameLength);
            }
            route(header, partitions, i);
            if (partition.error == Errors.NONE) {
                check(request, partition, answerBytesMax);
            }
            if (partition.error == Errors.NONE) {
                chain(partitions, i);
            }
        }
        if (session != null) {
            session.resolvedVersion = image.version();
        }
    }

    private void route(final RequestHeader header, final FetchPartition[] partitions, final int i) {
        final FetchPartition partition = partitions[i];
        if (partition.topic == null) {
            partition.refusedAsUnknown(
                    partition.name == null ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION);
            return;
        }
        final PartitionImage image = partition.topic.partition(partition.partition);
        if (image == null) {
            partition.refusedAsUnknown(Errors.UNKNOWN_TOPIC_OR_PARTITION);
            return;
        }
        partition.key = image.partitionKey();
        partition.core = image.ownerCore();
        partition.ownerEpoch = image.leaderEpoch();
        if (!LeaderHints.isServedHere(header.listener(), image, handler.image().nodeId(), handler.core())) {
            partition.refused(Errors.NOT_LEADER_OR_FOLLOWER);
        }
    }

    /** No node follows another one by fetching, so whoever says it does is answered as a replica out of place. */
    private static void check(final FetchRequest request, final FetchPartition partition, final int answerBytesMax) {
        if (request.replicaId() >= 0) {
            partition.refused(Errors.NOT_LEADER_OR_FOLLOWER);
        } else if (partition.bytesMax < 0 || answerBytesMax < 0) {
            partition.refused(Errors.UNKNOWN_SERVER_ERROR);
        }
    }

    /** Whether a core was asked which does not own a partition any more. */
    boolean hasStale(final FetchPartition[] partitions, final int count) {
        for (int i = 0; i < count; i++) {
            if (partitions[i].stale) {
                return true;
            }
        }
        return false;
    }

    /** Whether a partition has left the core that was asked, and it is not known here yet where it went. */
    boolean awaitsOwner(final FetchPartition[] partitions, final int count) {
        for (int i = 0; i < count; i++) {
            final FetchPartition partition = partitions[i];
            if (partition.moved) {
                final PartitionImage image = handler.image().partition(partition.key);
                if (image != null && image.leaderEpoch() == partition.ownerEpoch) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Chains those that came to a core which did not own them any more, if the owner is known by now. */
    boolean reroute(final RequestHeader header, final FetchPartition[] partitions, final int count) {
        clear();
        boolean found = false;
        for (int i = 0; i < count; i++) {
            final FetchPartition partition = partitions[i];
            if (partition.stale) {
                final int staleEpoch = partition.ownerEpoch;
                partition.clearRound();
                route(header, partitions, i);
                if (partition.error == Errors.NONE && partition.ownerEpoch == staleEpoch) {
                    partition.refused(Errors.NOT_LEADER_OR_FOLLOWER);
                } else if (partition.error == Errors.NONE) {
                    chain(partitions, i);
                    found = true;
                }
            }
        }
        return found;
    }

    /** Chains everything that was read without an error. */
    void chainLive(final FetchPartition[] partitions, final int count) {
        clear();
        for (int i = 0; i < count; i++) {
            if (partitions[i].error == Errors.NONE) {
                chain(partitions, i);
            }
        }
    }

    /** How many messages the chains take. */
    int countMessages(final FetchPartition[] partitions, final int partsMax) {
        int messages = 0;
        for (final int first : firstOfCore) {
            int parts = 0;
            for (int i = first; i != FetchPartition.END; i = partitions[i].next) {
                parts++;
            }
            messages += (parts + partsMax - 1) / partsMax;
        }
        return messages;
    }

    /** Whether nothing is to be told at once, and every core asked may keep its question until there is news. */
    boolean mayWait(final FetchPartition[] partitions, final int count) {
        for (int i = 0; i < count; i++) {
            if (partitions[i].error != Errors.NONE && !partitions[i].unknown) {
                return false;
            }
        }
        for (int core = 0; core < firstOfCore.length; core++) {
            int parts = 0;
            for (int i = firstOfCore[core]; i != FetchPartition.END; i = partitions[i].next) {
                parts++;
            }
            if (parts > WAITING_PARTS_MAX || parts > 0 && !handler.messages().mayWait(core, parts)) {
                return false;
            }
        }
        return true;
    }

    private void chain(final FetchPartition[] partitions, final int i) {
        final FetchPartition partition = partitions[i];
        partition.next = FetchPartition.END;
        if (firstOfCore[partition.core] == FetchPartition.END) {
            firstOfCore[partition.core] = i;
        } else {
            partitions[lastOfCore[partition.core]].next = i;
        }
        lastOfCore[partition.core] = i;
    }
}
