package io.millrace.perf;

import io.millrace.perf.server.Server;
import io.millrace.perf.workload.QuotaNeighbours;
import io.millrace.perf.workload.QuotaRates;
import io.millrace.perf.workload.Workload;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures what throttled clients get of their rates. */
@Command(
        name = "quotas",
        description = {
            "Measures how near Kafka's own clients come to their quotas, from their first moment on.",
            "",
            "Producers and consumers take as much as they get: for each rate one client, then several of one client id, "
                    + "that share it; all rates at once. What they got is shown as above or below their rate."
        },
        mixinStandardHelpOptions = true)
final class QuotasCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions servers;

    @Option(
            names = "--rates",
            split = ",",
            defaultValue = "0.2,1,5,50",
            paramLabel = "<MB/s>",
            description = "Megabytes (10⁶) a second (default: ${DEFAULT-VALUE}).")
    private List<Double> rates;

    @Option(
            names = "--clients",
            split = ",",
            defaultValue = "1,4",
            paramLabel = "<n>",
            description = "Clients of one id (default: ${DEFAULT-VALUE}).")
    private List<Integer> clients;

    @Option(
            names = "--after",
            split = ",",
            defaultValue = "5,10,15",
            paramLabel = "<s>",
            description = "Seconds after which it is looked at what they got (default: ${DEFAULT-VALUE}).")
    private List<Integer> seconds;

    @Option(
            names = "--beside",
            paramLabel = "<s>",
            description =
                    "In place of that: what a client without a quota feels of throttled ones, in seven looks of so many seconds "
                            + "each, without them and with them in turn.")
    private Integer besideSeconds;

    @Override
    public Integer call() throws Exception {
        servers.validate(spec.commandLine());
        check(servers.bootstrap() == null, "the broker is always one that is started here: no --bootstrap");
        check(besideSeconds == null || besideSeconds > 0, "--beside has to be 1 at least");
        check(rates.stream().allMatch(rate -> rate > 0), "--rates have to be above 0");
        check(clients.stream().allMatch(count -> count > 0), "--clients have to be 1 at least");
        check(
                seconds.getFirst() > 0
                        && seconds.equals(seconds.stream().sorted().toList()),
                "--after wants seconds above 0, the fewest first");
        try (Server server = servers.make(besideSeconds == null ? Map.of() : QuotaNeighbours.SETTINGS)) {
            server.start(Workload.START_LIMIT);
            if (besideSeconds != null) {
                new QuotaNeighbours(server, besideSeconds, System.out).run();
                return 0;
            }
            final QuotaRates run = new QuotaRates(server, rates, seconds, System.out);
            run.prepare();
            for (final boolean produces : new boolean[] {true, false}) {
                for (final int count : clients) {
                    run.run(produces, count);
                }
            }
        }
        return 0;
    }

    private void check(final boolean holds, final String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }
}
