package io.millrace.perf.stat;

import io.millrace.perf.stat.HardwareCounters.Event;
import io.millrace.tools.stat.Figures;
import io.millrace.tools.stat.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a broker's threads cost, and what they did for it, between two moments. */
public final class StatResult {
    private static final String API = "api.";
    private static final String REQUESTS = ".requests";

    /**
     * One thread, or several in sum.
     *
     * @param threads  their ids
     * @param requests that were begun there; 0 for threads that begin none
     * @param records  that were appended there
     */
    record Row(String name, List<Integer> threads, ThreadUsage usage, long requests, long records) {}

    private final RunningBroker broker;
    private final double seconds;
    private final HardwareCounters hardware;
    private final List<Row> cores = new ArrayList<>();
    private final List<Row> others = new ArrayList<>();
    private final Row sumOfOthers;
    private final Row all;

    StatResult(
            final RunningBroker broker,
            final Interval interval,
            final ProcessThreads now,
            final Map<Integer, ThreadUsage> added,
            final HardwareCounters hardware) {
        this.broker = broker;
        this.seconds = interval.seconds();
        this.hardware = hardware;
        added.forEach((id, usage) -> {
            final String name = now.names().get(id);
            final int core = ProcessThreads.coreOf(name);
            if (core >= 0 && core < interval.coreCount()) {
                final Figures figures = interval.of(core);
                cores.add(new Row(name, List.of(id), usage, requests(figures), records(figures)));
            } else {
                others.add(new Row(name, List.of(id), usage, 0, 0));
            }
        });
        cores.sort((one, other) ->
                Integer.compare(ProcessThreads.coreOf(one.name()), ProcessThreads.coreOf(other.name())));
        others.sort(
                (one, other) -> Long.compare(other.usage().cpuNs(), one.usage().cpuNs()));
        sumOfOthers = sum("others (" + others.size() + ")", others, 0, 0);
        final List<Row> every = new ArrayList<>(cores);
        every.addAll(others);
        all = sum("all", every, requests(interval.ofAll()), records(interval.ofAll()));
    }

    private static Row sum(final String name, final List<Row> rows, final long requests, final long records) {
        ThreadUsage usage = ThreadUsage.NONE;
        final List<Integer> threads = new ArrayList<>();
        for (final Row row : rows) {
            usage = usage.plus(row.usage());
            threads.addAll(row.threads());
        }
        return new Row(name, threads, usage, requests, records);
    }

    private static long requests(final Figures figures) {
        return figures.statistics().stream()
                .map(statistic -> statistic.name())
                .filter(name -> name.startsWith(API) && name.endsWith(REQUESTS))
                .mapToLong(figures::of)
                .sum();
    }

    private static long records(final Figures figures) {
        return figures.distribution("batch.records").sum();
    }

    RunningBroker broker() {
        return broker;
    }

    double seconds() {
        return seconds;
    }

    HardwareCounters hardware() {
        return hardware;
    }

    /** In the order of their numbers. */
    List<Row> cores() {
        return cores;
    }

    /** The busiest first. */
    List<Row> others() {
        return others;
    }

    Row sumOfOthers() {
        return sumOfOthers;
    }

    Row all() {
        return all;
    }

    /**
     * What the processor counted for each piece of work. The program's window is not quite this one, so its counts are
     * taken for each nanosecond of processor time and not for each second.
     */
    double each(final Row row, final Event event, final long pieces) {
        return pieces == 0
                ? Double.NaN
                : hardware.perCpuNs(event, row.threads()) * row.usage().cpuNs() / pieces;
    }

    static double cpuEachNs(final Row row, final long pieces) {
        return pieces == 0 ? Double.NaN : (double) row.usage().cpuNs() / pieces;
    }
}
