package io.millrace.tools.doctor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which node each core, the network and the disk are on. A core's memory is on its own node, since its pinned thread is
 * the first to touch it; nobody but the operator can bring cores and devices together.
 */
final class Numa {
    private static final String NODE = "sys/devices/system/node/";

    private Numa() {}

    /** Processors by node; those without processors are left out. */
    static Map<Integer, List<Integer>> nodes(final Machine machine) {
        final Map<Integer, List<Integer>> nodes = new TreeMap<>();
        for (final String name : machine.files().names(NODE)) {
            final List<Integer> processors = CpuSets.parse(machine.files().text(NODE + name + "/cpulist"));
            if (name.matches("node[0-9]{1,4}") && !processors.isEmpty()) {
                nodes.put(Integer.parseInt(name.substring("node".length())), processors);
            }
        }
        return nodes;
    }

    static Finding cores(final Machine machine) {
        final Map<Integer, List<Integer>> used = used(machine);
        if (nodes(machine).isEmpty()) {
            return Finding.skipped("numa", "the system tells of no nodes");
        }
        return Finding.ok("numa", "cores: " + show(used));
    }

    static Finding network(final Machine machine) {
        final List<Place> places = new ArrayList<>();
        for (final String name : Network.interfaces(machine)) {
            places.add(new Place(name, nodeOf(Network.device(machine, name))));
        }
        return near(machine, "numa-network", places, "no network interface with a device");
    }

    static Finding disk(final Machine machine) {
        final BlockDevice mapped = BlockDevice.of(machine);
        final List<Place> places = new ArrayList<>();
        if (mapped != null) {
            final BlockDevice disk = mapped.lowest();
            places.add(new Place(disk.name(), nodeOf(disk.folder())));
        }
        return near(machine, "numa-disk", places, "no disk that the system tells of lies below the data directory");
    }

    private static Finding near(
            final Machine machine, final String check, final List<Place> places, final String nothing) {
        final Map<Integer, List<Integer>> nodes = nodes(machine);
        if (nodes.size() < 2) {
            return Finding.skipped(check, nodes.isEmpty() ? "the system tells of no nodes" : "one node");
        }
        if (places.isEmpty()) {
            return Finding.skipped(check, nothing);
        }
        final Map<Integer, List<Integer>> used = used(machine);
        final List<String> seen = new ArrayList<>();
        Place far = null;
        boolean isKnown = false;
        for (final Place place : places) {
            seen.add(place.name() + (place.node() < 0 ? " is on no node" : " is on node " + place.node()));
            isKnown |= place.node() >= 0;
            if (place.node() >= 0 && !used.keySet().equals(Set.of(place.node()))) {
                far = place;
            }
        }
        final String all = String.join(", ", seen);
        if (!isKnown) {
            return Finding.skipped(check, all);
        }
        if (far == null) {
            return Finding.ok(check, all + ", as are all cores");
        }
        return Finding.advice(
                check,
                all + ", cores are on " + show(used),
                "./run.sh start --cores " + CpuSets.show(nodes.getOrDefault(far.node(), machine.cores()))
                        + "   # if these are enough");
    }

    private static Map<Integer, List<Integer>> used(final Machine machine) {
        final Map<Integer, List<Integer>> used = new TreeMap<>();
        nodes(machine).forEach((node, processors) -> {
            final List<Integer> ours = new ArrayList<>(machine.cores());
            ours.retainAll(processors);
            if (!ours.isEmpty()) {
                used.put(node, ours);
            }
        });
        return used;
    }

    private static String show(final Map<Integer, List<Integer>> used) {
        final List<String> parts = new ArrayList<>();
        used.forEach((node, processors) -> parts.add("node " + node + " (" + CpuSets.show(processors) + ")"));
        return String.join(", ", parts);
    }

    /** The node that a device is attached to; −1 if it says none. */
    static int nodeOf(final Path device) {
        final Path file = device == null ? null : SystemFiles.nearest(device, "numa_node");
        return file == null ? -1 : (int) SystemFiles.parse(SystemFiles.text(file));
    }

    private record Place(String name, int node) {}
}
