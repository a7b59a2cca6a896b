package io.millrace.tools.stat;

import io.millrace.engine.status.HotPartitions;
import io.millrace.engine.status.Statistic;
import java.util.Locale;

/** One line of JSON for a sample: every figure that a core counts, by its name, in total and as added meanwhile. */
final class JsonSample {
    private final StringBuilder json = new StringBuilder();

    private JsonSample() {}

    static String of(final Interval interval, final int onlyCore) {
        return new JsonSample().write(interval, onlyCore);
    }

    private String write(final Interval interval, final int onlyCore) {
        final Snapshot now = interval.now();
        json.append("{\"atMs\":").append(now.atMs());
        json.append(",\"pid\":").append(now.pid());
        json.append(",\"nodeId\":").append(now.nodeId());
        json.append(",\"startedMs\":").append(now.startedMs());
        json.append(String.format(Locale.ROOT, ",\"seconds\":%.3f,\"cores\":[", interval.seconds()));
        boolean isFirst = true;
        for (int core = 0; core < interval.coreCount(); core++) {
            if (onlyCore < 0 || onlyCore == core) {
                json.append(isFirst ? "" : ",");
                isFirst = false;
                core(core, now.cores().get(core), interval.of(core), interval.hotPartitions(core));
            }
        }
        return json.append("]}").toString();
    }

    private void core(final int core, final Figures total, final Figures added, final HotPartitions.Copy hot) {
        json.append("{\"core\":").append(core);
        for (final Statistic statistic : total.statistics()) {
            final String name = statistic.name();
            switch (statistic.kind()) {
                case COUNTER -> {
                    key(name);
                    if (name.equals(Figures.HOT_PARTITIONS)) {
                        hotPartitions(hot);
                        continue;
                    }
                    json.append("{\"total\":").append(total.of(name));
                    json.append(",\"added\":").append(added.of(name)).append('}');
                }
                case GAUGE -> {
                    key(name);
                    json.append(total.of(name));
                }
                case HISTOGRAM -> {
                    key(name);
                    distribution(total.distribution(name), added.distribution(name));
                }
                case SLOW_CYCLES -> {
                    key(name);
                    slowCycles(total);
                }
            }
        }
        json.append('}');
    }

    private void key(final String name) {
        json.append(",\"").append(name.replace("\\", "").replace("\"", "")).append("\":");
    }

    private void distribution(final Distribution total, final Distribution added) {
        json.append("{\"total\":").append(total.count());
        json.append(",\"added\":").append(added.count());
        json.append(",\"totalSum\":").append(total.sum());
        json.append(String.format(Locale.ROOT, ",\"mean\":%.1f", added.mean()));
        json.append(",\"p50\":").append(added.percentile(0.5));
        json.append(",\"p90\":").append(added.percentile(0.9));
        json.append(",\"p99\":").append(added.percentile(0.99));
        json.append(",\"p999\":").append(added.percentile(0.999));
        json.append(",\"largestEver\":").append(total.largestEver()).append('}');
    }

    private void hotPartitions(final HotPartitions.Copy hot) {
        json.append('[');
        boolean isFirst = true;
        for (final HotPartitions.Entry entry : hot.entries()) {
            json.append(isFirst ? "" : ",");
            isFirst = false;
            // No name of a topic has anything that would have to be escaped.
            json.append("{\"partition\":\"").append(entry.name());
            json.append("\",\"bytesInPerSecond\":").append(entry.bytesIn());
            json.append(",\"bytesOutPerSecond\":").append(entry.bytesOut());
            json.append(",\"requestsPerSecond\":").append(entry.requests()).append('}');
        }
        json.append(']');
    }

    private void slowCycles(final Figures total) {
        json.append('[');
        boolean isFirst = true;
        for (final SlowCycle cycle : total.slowCycles()) {
            json.append(isFirst ? "" : ",");
            isFirst = false;
            json.append("{\"number\":").append(cycle.number());
            json.append(",\"whenMs\":").append(cycle.whenMs());
            json.append(",\"lengthNs\":").append(cycle.lengthNs());
            json.append(",\"cpuNs\":").append(cycle.cpuNs());
            json.append(",\"work\":").append(cycle.work()).append(",\"parts\":[");
            for (int i = 0; i < cycle.parts().size(); i++) {
                final SlowCycle.Part part = cycle.parts().get(i);
                json.append(i == 0 ? "" : ",");
                json.append("{\"name\":\"")
                        .append(part.name())
                        .append("\",\"ns\":")
                        .append(part.ns());
                json.append(",\"work\":").append(part.work()).append('}');
            }
            json.append("]}");
        }
        json.append(']');
    }
}
