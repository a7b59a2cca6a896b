package io.millrace.tools.client;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InterruptException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Deletes groups with what they have committed. */
@Command(
        name = "delete",
        description = "Delete groups without members, with all that they have committed. It does not ask.",
        footer = {"", "For example:  ./run.sh groups delete billing", "", ClientCommand.EXIT_CODES},
        mixinStandardHelpOptions = true)
final class GroupsDelete extends GroupsVerb {
    @Parameters(arity = "1..*", paramLabel = "NAME", description = "The groups, by their full names.")
    private List<String> names;

    @Override
    int run(final Cluster cluster, final Output out) {
        final Map<String, KafkaFuture<Void>> answers =
                cluster.admin().deleteConsumerGroups(names).deletedGroups();
        int code = 0;
        for (final String name : answers.keySet()) {
            try {
                answers.get(name).get();
                done(out, "deleted " + name, "group", name, "deleted", true);
            } catch (final ExecutionException failure) {
                say(
                        switch (Failures.cause(failure)) {
                            case GroupIdNotFoundException none -> "no group " + name + " (./run.sh groups lists them)";
                            case GroupNotEmptyException busy ->
                                "cannot delete " + name + ": it has members (./run.sh groups describe " + name
                                        + "), stop them first";
                            default ->
                                Failures.of("cannot delete " + name + ": ", failure, bootstrap())
                                        .getMessage();
                        });
                code = FAILED;
            } catch (final InterruptedException interrupted) {
                throw new InterruptException(interrupted);
            }
        }
        return code;
    }
}
