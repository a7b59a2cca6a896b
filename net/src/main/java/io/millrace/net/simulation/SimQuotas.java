package io.millrace.net.simulation;

import io.millrace.engine.port.SeededEntropy;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntityData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntryData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.OpData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * Some clients that take as much as they get of one quota, once everything else is over, and the operator who sets it. What
 * they have taken after a while is their rate, no more and no less; then they are all but stopped, and must be heard again at
 * once when the quota is removed.
 */
final class SimQuotas extends SimCaller {
    /** One in so many seeds. */
    private static final int PART = 10;

    private static final int CLIENTS_MAX = 4;
    private static final int RATE_MIN = 20_000;
    private static final int RATE_SPREAD = 20_000;
    private static final long WINDOW_NS = 15_000_000_000L;
    private static final double NS_PER_SECOND = 1e9;
    private static final double TOLERANCE = 0.1;

    /** What they do: each begins when the operator has been heard. */
    enum Stage {
        WAIT,
        TAKE_WHAT_THERE_IS,
        REST,
        ASK_TWICE,
        END
    }

    private final List<SimThrottled> clients = new ArrayList<>();
    private final boolean read;
    private final int rate;
    private Stage stage = Stage.WAIT;
    private boolean asking;
    private long beganNs;
    private long taken;

    SimQuotas(final SimWorld world, final String topic, final int partitions) {
        super("keeper of quotas", world, List.of(), SimNode.NODE_PORT);
        read = entropy().nextInt(2) == 0;
        rate = RATE_MIN + entropy().nextInt(RATE_SPREAD);
        for (int i = entropy().nextInt(CLIENTS_MAX); i >= 0; i--) {
            final int port = entropy().nextInt(2) == 0 ? SimNode.NODE_PORT : SimNode.CORE_PORT;
            clients.add(new SimThrottled("t" + i, world, topic, partitions, this, port));
        }
    }

    static boolean areIn(final long seed) {
        return new SeededEntropy(seed).stream("quotas").nextInt(PART) == 0 && !SimPrograms.areIn(seed);
    }

    List<SimClient> clients() {
        final List<SimClient> all = new ArrayList<>(clients);
        all.add(this);
        return all;
    }

    Stage stage() {
        return stage;
    }

    /** Whether it is reading that is limited. */
    boolean areReaders() {
        return read;
    }

    /** A client was served so many bytes of what it pays for. */
    void onTaken(final long bytes) {
        taken += bytes;
        world().trace(taken);
    }

    @Override
    int act() {
        if (asking) {
            return 0;
        }
        switch (stage) {
            case WAIT -> {
                if (clients.stream().allMatch(SimThrottled::isPrepared)) {
                    alter(rate, Stage.TAKE_WHAT_THERE_IS);
                }
            }
            case TAKE_WHAT_THERE_IS -> {
                if (world().nowNs() - beganNs >= WINDOW_NS) {
                    audit();
                    stage = Stage.REST;
                }
            }
            case REST -> {
                if (clients.stream().noneMatch(SimThrottled::isWaiting)) {
                    alter(1, Stage.ASK_TWICE);
                }
            }
            case ASK_TWICE -> {
                if (clients.stream().allMatch(SimThrottled::isHeldBack)) {
                    alter(0, Stage.END);
                }
            }
            default -> {}
        }
        return asking ? 1 : 0;
    }

    /** @param bytesPerSecond 0 to remove it */
    private void alter(final int bytesPerSecond, final Stage next) {
        final OpData op = new OpData()
                .setKey(read ? "consumer_byte_rate" : "producer_byte_rate")
                .setValue(bytesPerSecond)
                .setRemove(bytesPerSecond == 0);
        final EntityData everybody = new EntityData().setEntityType("user").setEntityName("ANONYMOUS");
        final AlterClientQuotasRequestData request = new AlterClientQuotasRequestData()
                .setEntries(
                        List.of(new EntryData().setEntity(List.of(everybody)).setOps(List.of(op))));
        asking = call(
                bootstrapPort(),
                ApiKeys.ALTER_CLIENT_QUOTAS,
                1,
                request,
                answer -> {
                    asking = false;
                    final short error = new AlterClientQuotasResponseData(body(answer), answer.version())
                            .entries()
                            .getFirst()
                            .errorCode();
                    if (error != Errors.NONE.code()) {
                        throw new ViolationException(name() + ": " + Errors.forCode(error) + " for " + request);
                    }
                    stage = next;
                    beganNs = world().nowNs();
                },
                () -> asking = false);
    }

    /** What was under way when the window began or ends, and what each core was lent ahead, may be on either side. */
    private void audit() {
        final double seconds = (world().nowNs() - beganNs) / NS_PER_SECOND;
        final double fair = rate * seconds;
        final double slack = TOLERANCE * fair + 2.0 * SimThrottled.BYTES_MAX * clients.size();
        world().count("throttled clients' bytes");
        if (Math.abs(taken - fair) > slack) {
            throw new ViolationException(String.format(
                    "%d throttled %s took %d bytes in %.1f s, where their rate gives %.0f",
                    clients.size(), read ? "readers" : "writers", taken, seconds, fair));
        }
    }

    @Override
    boolean isDone() {
        return stage == Stage.END;
    }

    @Override
    public String toString() {
        return name() + ", " + stage;
    }
}
