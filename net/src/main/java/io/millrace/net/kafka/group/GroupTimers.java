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
        private boolean retry;
        private long retryMs;
        private TimeoutOperation<CoordinatorRecord> operation;
        private long dueNs;
        private long armedNs = Long.MAX_VALUE;

        Timer(final String key) {
            this.key = key;
        }

        /** A member's every heartbeat puts its timer off: the deadline stays as it is, and looks again when it comes. */
        void set(
                final long newDueNs,
                final boolean retries,
                final long newRetryMs,
                final TimeoutOperation<CoordinatorRecord> newOperation) {
            dueNs = newDueNs;
            retry = retries;
            retryMs = newRetryMs;
            operation = newOperation;
            if (dueNs < armedNs) {
                arm();
            }
        }

        private void arm() {
            armedNs = dueNs;
            core.deadlines().arm(this, dueNs);
        }

        @Override
        protected void onDeadline(final long nowNs, final long nowMs) {
            if (nowNs < dueNs) {
                arm();
                return;
            }
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
        Timer timer = byKey.get(key);
        if (timer == null) {
            timer = new Timer(key);
            byKey.put(key, timer);
        }
        timer.set(core.nowNs() + unit.toNanos(delay), retry, retryBackoffMs, operation);
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
