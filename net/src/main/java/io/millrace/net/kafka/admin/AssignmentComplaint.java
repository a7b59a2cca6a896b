package io.millrace.net.kafka.admin;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/** What Kafka has against replicas that somebody wishes for, by the ids that were written. */
public final class AssignmentComplaint {
    private static final String START = "The manual partition assignment includes ";

    private AssignmentComplaint() {}

    /** In the order of the ids, as in Kafka; null if there is nothing against them. */
    public static String of(final List<Integer> replicas, final IntPredicate isKnown) {
        if (replicas.isEmpty()) {
            return START + "an empty replica list.";
        }
        final List<Integer> sorted = replicas.stream().sorted().toList();
        for (int i = 0; i < sorted.size(); i++) {
            final int id = sorted.get(i);
            if (!isKnown.test(id)) {
                return START + "broker " + id + ", but no such broker is registered.";
            }
            if (i > 0 && sorted.get(i - 1) == id) {
                return START + "the broker " + id + " more than once.";
            }
        }
        return sorted.size() == 1 ? null : START + "several brokers that are cores of one node.";
    }

    /**
     * What the controller has against assignments, in which it knows nodes and cores: where it complains of a broker, by the id
     * that was written.
     */
    static String named(final String complaint, final Stream<List<Integer>> assignments, final IntPredicate isKnown) {
        return complaint.startsWith(START) && complaint.contains(" broker ")
                ? assignments
                        .map(replicas -> of(replicas, isKnown))
                        .filter(each -> each != null)
                        .findFirst()
                        .orElse(complaint)
                : complaint;
    }
}
