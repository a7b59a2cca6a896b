package io.millrace.tools.doctor;

import io.millrace.net.broker.Processors;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Sets of processors as the kernel writes them and people read them: {@code 0-3,8}. */
final class CpuSets {
    private CpuSets() {}

    /** Empty if the text is no list: the kernel says {@code (null)} for none in places. */
    static List<Integer> parse(final String list) {
        try {
            return list.isEmpty() ? List.of() : Processors.parse(list);
        } catch (final NumberFormatException none) {
            return List.of();
        }
    }

    static String show(final List<Integer> processors) {
        final StringBuilder text = new StringBuilder();
        final List<Integer> sorted = List.copyOf(new TreeSet<>(processors));
        for (int i = 0; i < sorted.size(); i++) {
            int last = i;
            while (last + 1 < sorted.size() && sorted.get(last + 1) == sorted.get(last) + 1) {
                last++;
            }
            text.append(text.isEmpty() ? "" : ",").append(sorted.get(i));
            if (last > i) {
                text.append(last == i + 1 ? "," : "-").append(sorted.get(last));
            }
            i = last;
        }
        return text.toString();
    }

    static List<Integer> without(final List<Integer> processors, final List<Integer> others) {
        final List<Integer> left = new ArrayList<>(processors);
        left.removeAll(others);
        return left;
    }
}
