package io.millrace.net.kafka.group;

import io.millrace.engine.core.Core;
import io.millrace.engine.core.Deadline;
import io.millrace.net.kafka.coordinator.Answer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorTimer;

/** The timers of one group machine, by key, on the core's deadlines. One that was cancelled or replaced never fires. */
final class GroupTimers implements CoordinatorTimer<CoordinatorRecord> {
    private static final long RETRY_MS = 500;

    private final Map<String, Timer> byKey = new HashMap<>();
    private final Core core;
    private final GroupMachine machine;

    GroupTimers(final Core core, final GroupMachine machine) {
        this.core = core;
        this.machine = machine;
    }

    private final class Timer extends Deadline implements Answer<Void> {
        private final String key;
        private final boolean retry;
        private final long retryMs;
        private final TimeoutOperation<CoordinatorRecord> operation;

        Timer(
                final String key,
                final boolean retry,
                final long retryMs,
                final TimeoutOperation<CoordinatorRecord> operation) {
            this.key = key;
            this.retry = retry;
            this.retryMs = retryMs;
            this.operation = operation;
        }

        @Override
        protected void onDeadline(final long nowNs, final long nowMs) {
            byKey.remove(key, this);
            machine.write("timer " + key, operation::generateRecords, this);
        }

        @Override
        public void onAnswer(final Void nothing) {
            // It has done what it was for.
        }

        @Override
        public void onError(final Errors error, final String message) {
            if (retry && machine.isServing()) {
                scheduleIfAbsent(key, retryMs, TimeUnit.MILLISECONDS, true, operation);
            }
        }
    }

    @Override
    public void schedule(
            final String key,
            final long delay,
            final TimeUnit unit,
            final boolean retry,
            final TimeoutOperation<CoordinatorRecord> operation) {
        schedule(key, delay, unit, retry, RETRY_MS, operation);
    }

    @Override
    public void schedule(
            final String key,
            final long delay,
            final TimeUnit unit,
            final boolean retry,
            final long retryBackoffMs,
            final TimeoutOperation<CoordinatorRecord> operation) {
        cancel(key);
        final Timer timer = new Timer(key, retry, retryBackoffMs, operation);
        byKey.put(key, timer);
        core.deadlines().arm(timer, core.nowNs() + unit.toNanos(delay));
    }

    @Override
    public void scheduleIfAbsent(
            final String key,
            final long delay,
            final TimeUnit unit,
            final boolean retry,
            final TimeoutOperation<CoordinatorRecord> operation) {
        if (!byKey.containsKey(key)) {
            schedule(key, delay, unit, retry, RETRY_MS, operation);
        }
    }

    @Override
    public void cancel(final String key) {
        final Timer timer = byKey.remove(key);
        if (timer != null) {
            core.deadlines().disarm(timer);
        }
    }

    @Override
    public boolean isScheduled(final String key) {
        return byKey.containsKey(key);
    }

    void cancelAll() {
        byKey.values().forEach(timer -> core.deadlines().disarm(timer));
        byKey.clear();
    }
}
