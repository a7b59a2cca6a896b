package io.millrace.net.simulation;

import io.millrace.engine.port.Entropy;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;

/**
 * What every simulated client has: connections to the brokers that the metadata names, one each, made anew when they
 * break, and the metadata of its topics, asked for again when it turns out stale.
 */
abstract class SimClient {
    private static final Object METADATA = new Object();
    private static final long BACKOFF_NS = 20_000_000;

    private final String name;
    private final SimWorld world;
    private final Entropy entropy;
    private final List<String> topics;
    private final int bootstrapPort;
    private final TreeMap<Integer, SimSocket> sockets = new TreeMap<>();
    private final TreeMap<Integer, Integer> ports = new TreeMap<>();
    private final TreeMap<String, MetadataResponseTopic> known = new TreeMap<>();
    private boolean metadataStale = true;
    private boolean metadataUnderWay;
    private long notBeforeNs;

    SimClient(final String name, final SimWorld world, final List<String> topics, final int bootstrapPort) {
        this.name = name;
        this.world = world;
        this.entropy = world.entropy("client-" + name);
        this.topics = topics;
        this.bootstrapPort = bootstrapPort;
    }

    /** One turn; returns how much was done. */
    final int doWork() {
        int work = 0;
        for (final int port : List.copyOf(sockets.keySet())) {
            final SimSocket socket = sockets.get(port);
            work += socket.move();
            SimSocket.Answer answer;
            while ((answer = socket.poll()) != null) {
                work++;
                onAnswer(answer);
            }
            if (socket.isOver()) {
                sockets.remove(port);
                socket.close();
                if (port == bootstrapPort) {
                    metadataUnderWay = false;
                }
                metadataStale = true;
                backOff();
                onDisconnected(socket);
                work++;
            }
        }
        if (world.nowNs() < notBeforeNs) {
            return work;
        }
        if (metadataStale) {
            askMetadata();
            return work;
        }
        return work + act();
    }

    /** Sends what there is to send, with fresh metadata at hand. */
    abstract int act();

    /** An answer to a request of the subclass. */
    abstract void onReply(SimSocket.Answer answer);

    /** A connection broke: what was sent on it may or may not have arrived. */
    abstract void onDisconnected(SimSocket socket);

    private void onAnswer(final SimSocket.Answer answer) {
        if (METADATA.equals(answer.context())) {
            onMetadata(new MetadataResponseData(new ByteBufferAccessor(answer.body()), answer.version()));
        } else {
            onReply(answer);
        }
    }

    private void askMetadata() {
        if (metadataUnderWay) {
            return;
        }
        final MetadataRequestData request = new MetadataRequestData().setTopics(new ArrayList<>());
        topics.forEach(topic -> request.topics().add(new MetadataRequestTopic().setName(topic)));
        metadataUnderWay = send(bootstrapPort, ApiKeys.METADATA, (short) (10 + entropy.nextInt(4)), request, METADATA);
        if (!metadataUnderWay) {
            backOff();
        }
    }

    private void onMetadata(final MetadataResponseData metadata) {
        metadataUnderWay = false;
        ports.clear();
        for (final MetadataResponseBroker broker : metadata.brokers()) {
            ports.put(broker.nodeId(), broker.port());
        }
        for (final MetadataResponseTopic topic : metadata.topics()) {
            if (topic.errorCode() != Errors.NONE.code()) {
                backOff();
                return;
            }
            known.put(topic.name(), topic);
        }
        metadataStale = false;
    }

    /** Metadata turned out wrong, or the broker cannot serve now: asks again after a while. */
    final void retryLater() {
        metadataStale = true;
        backOff();
    }

    private void backOff() {
        notBeforeNs = world.nowNs() + BACKOFF_NS + entropy.nextInt((int) BACKOFF_NS);
    }

    /** Does nothing for so long but take in what arrives. */
    final void rest(final long durationNs) {
        notBeforeNs = Math.max(notBeforeNs, world.nowNs() + durationNs);
    }

    final long notBeforeNs() {
        return notBeforeNs;
    }

    final MetadataResponseTopic topic(final String topic) {
        return known.get(topic);
    }

    /** Port of the partition's leader, or -1 if it is not known. */
    final int leaderPort(final String topic, final int partition) {
        final MetadataResponseTopic described = known.get(topic);
        if (described != null) {
            for (final MetadataResponsePartition each : described.partitions()) {
                if (each.partitionIndex() == partition) {
                    return ports.getOrDefault(each.leaderId(), -1);
                }
            }
        }
        return -1;
    }

    /** Its process is gone, and its connections with it. */
    final void hangUp() {
        sockets.values().forEach(SimSocket::close);
        sockets.clear();
        metadataUnderWay = false;
        metadataStale = true;
    }

    /** False if nobody listens there now. */
    final boolean send(
            final int port, final ApiKeys api, final short version, final ApiMessage request, final Object context) {
        final SimSocket socket = socket(port);
        if (socket == null) {
            retryLater();
            return false;
        }
        socket.send(api, version, request, context);
        return true;
    }

    final SimSocket socket(final int port) {
        SimSocket socket = sockets.get(port);
        if (socket == null) {
            final SimLink link = world.connect(port);
            if (link == null) {
                return null;
            }
            socket = new SimSocket(link, name, world);
            sockets.put(port, socket);
        }
        return socket;
    }

    final int bootstrapPort() {
        return bootstrapPort;
    }

    final String name() {
        return name;
    }

    final SimWorld world() {
        return world;
    }

    final Entropy entropy() {
        return entropy;
    }

    /** Whether nothing that it began is unfinished. */
    abstract boolean isDone();
}
