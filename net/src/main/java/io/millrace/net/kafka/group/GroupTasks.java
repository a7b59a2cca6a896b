package io.millrace.net.kafka.group;

import io.millrace.net.kafka.coordinator.Answer;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.common.runtime.CoordinatorExecutor;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;

/**
 * Work that a group machine puts off, such as finding the topics that match its groups' patterns: done on the core
 * itself, each task in a duty cycle of its own, since it reads the core's metadata.
 */
final class GroupTasks implements CoordinatorExecutor<CoordinatorRecord> {
    private static final Answer<Void> NOBODY = new Answer<>() {
        @Override
        public void onAnswer(final Void nothing) {}

        @Override
        public void onError(final Errors error, final String message) {}
    };

    private final Map<String, Object> byKey = new HashMap<>();
    private final Groups groups;
    private final GroupMachine machine;

    GroupTasks(final Groups groups, final GroupMachine machine) {
        this.groups = groups;
        this.machine = machine;
    }

    @Override
    public <R> boolean schedule(
            final String key, final TaskRunnable<R> task, final TaskOperation<CoordinatorRecord, R> operation) {
        final Object token = new Object();
        if (byKey.putIfAbsent(key, token) != null) {
            return false;
        }
        groups.later(() -> run(key, token, task, operation));
        return true;
    }

    @SuppressWarnings("ReferenceEquality") // a task of the same key that was scheduled later is another
    private <R> void run(
            final String key,
            final Object token,
            final TaskRunnable<R> task,
            final TaskOperation<CoordinatorRecord, R> operation) {
        if (byKey.get(key) != token || !machine.isServing()) {
            return;
        }
        byKey.remove(key);
        R result = null;
        Throwable failure = null;
        try {
            result = task.run();
        } catch (final Throwable failed) {
            failure = failed;
        }
        final R found = result;
        final Throwable thrown = failure;
        machine.write("task " + key, () -> operation.onComplete(found, thrown), NOBODY);
    }

    @Override
    public boolean isScheduled(final String key) {
        return byKey.containsKey(key);
    }

    @Override
    public void cancel(final String key) {
        byKey.remove(key);
    }

    void cancelAll() {
        byKey.clear();
    }
}
