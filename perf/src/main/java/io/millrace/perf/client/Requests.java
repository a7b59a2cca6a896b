package io.millrace.perf.client;

import java.nio.ByteBuffer;

/**
 * Prebuilt requests of one kind, each good to be sent any number of times.
 *
 * @param frames one for each sender, in direct buffers
 * @param ports where each frame goes
 * @param errorOffset where the error code lies in an answer, its size field left out
 */
public record Requests(ByteBuffer[] frames, int[] ports, int errorOffset) {
    /**
     * @param connections sockets, each for one partition, round robin
     * @param inFlight requests that a connection has unanswered at any time
     * @param recordsPerRequest records in the one batch of a request
     * @param recordBytes bytes of a record's value
     */
    public record Plan(
            String topic, int partitions, int connections, int inFlight, int recordsPerRequest, int recordBytes) {}

    /** Produce requests, one for each connection of the plan. */
    public static Requests produce(final int[] leaderPorts, final Plan plan, final short acks) {
        final ByteBuffer[] frames = new ByteBuffer[plan.connections];
        final int[] ports = new int[plan.connections];
        for (int i = 0; i < plan.connections; i++) {
            final int partition = i % plan.partitions;
            frames[i] = direct(Batches.produce(plan.topic, partition, plan.recordsPerRequest, plan.recordBytes, acks));
            ports[i] = leaderPorts[partition];
        }
        return new Requests(frames, ports, Batches.errorOffset(plan.topic));
    }

    static ByteBuffer direct(final ByteBuffer frame) {
        return ByteBuffer.allocateDirect(frame.remaining()).put(frame).flip();
    }
}
