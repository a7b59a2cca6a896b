package io.millrace.net.kafka.group;

import io.millrace.net.kafka.coordinator.Answer;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.common.runtime.CoordinatorExecutor;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;

/**
 * Work that a group machine puts off, such as finding the topics that match its groups' patterns, or an assignment: done
 * on a housekeeping thread, with the topics as they are when it begins. What comes of it is applied on the core.
 */
final class GroupTasks implements CoordinatorExecutor<CoordinatorRecord> {
    private static final Answer<Void> NOBODY = new Answer<>() {
        @Override
        public void onAnswer(final Void nothing) {}

        @Override
        public void onError(final Errors error, final String message) {}
    };

    /** The housekeeping's queues carry what it leaves from the one thread to the other. */
    private static final class Task<R> implements Runnable {
        private final String key;
        private final Object token;
        private final TaskRunnable<R> work;
        private final TaskOperation<CoordinatorRecord, R> operation;
        private R result;
        private Throwable failure;

        Task(
                final String key,
                final Object token,
                final TaskRunnable<R> work,
                final TaskOperation<CoordinatorRecord, R> operation) {
            this.key = key;
            this.token = token;
            this.work = work;
            this.operation = operation;
        }

        @Override
        public void run() {
            try {
                result = work.run();
            } catch (final Throwable failed) {
                failure = failed;
            }
        }
    }

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
        groups.later(() -> begin(new Task<>(key, token, task, operation)));
        return true;
    }

    private <R> void begin(final Task<R> task) {
        if (isWanted(task)) {
            groups.topology().freeze();
            if (!groups.housekeeping().submit(task, () -> ended(task))) {
                groups.later(() -> begin(task));
            }
        }
    }

    private <R> void ended(final Task<R> task) {
        if (isWanted(task)) {
            byKey.remove(task.key);
            machine.write("task " + task.key, () -> task.operation.onComplete(task.result, task.failure), NOBODY);
        }
    }

    @SuppressWarnings("ReferenceEquality") // a task of the same key that was scheduled later is another
    private boolean isWanted(final Task<?> task) {
        return byKey.get(task.key) == task.token && machine.isServing();
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
