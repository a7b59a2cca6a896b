package io.millrace.tools.client;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Deletes the topics that are named, and no other. */
@Command(
        name = "delete",
        description = "Delete topics with all their records. It does not ask.",
        footer = {"", "For example:  ./run.sh topics delete orders payments", "", ClientCommand.EXIT_CODES},
        mixinStandardHelpOptions = true)
final class TopicsDelete extends TopicsVerb {
    @Parameters(arity = "1..*", paramLabel = "NAME", description = "The topics, by their full names.")
    private List<String> names;

    @Option(names = "--if-exists", description = "A topic that is not there is no failure.")
    private boolean ifExists;

    @Override
    int run(final Cluster cluster, final Output out) {
        final Map<String, KafkaFuture<Void>> answers =
                cluster.admin().deleteTopics(names).topicNameValues();
        int code = 0;
        for (final String name : answers.keySet()) {
            try {
                answers.get(name).get();
                done(out, "deleted " + name, "name", name, "deleted", true);
            } catch (final ExecutionException failure) {
                if (Failures.cause(failure) instanceof UnknownTopicOrPartitionException) {
                    if (ifExists) {
                        done(out, "no topic " + name, "name", name, "deleted", false);
                        continue;
                    }
                    say(cluster.noTopic(name));
                } else {
                    say(Failures.of("cannot delete " + name + ": ", failure, bootstrap())
                            .getMessage());
                }
                code = FAILED;
            } catch (final InterruptedException interrupted) {
                throw new InterruptException(interrupted);
            }
        }
        return code;
    }
}
