package io.millrace.net.broker;

import io.millrace.engine.log.RecoveryReport;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Collects what the cores find while they open their partitions, and tells it loudly. Any thread. */
final class RecoveryProgress {
    private static final long MIB = 1024 * 1024;

    private final int partitions;
    private final BrokerLog log;
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger damaged = new AtomicInteger();
    private final AtomicLong batches = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong bytesCut = new AtomicLong();

    RecoveryProgress(final int partitions, final BrokerLog log) {
        this.partitions = partitions;
        this.log = log;
    }

    void onRecovered(final RecoveryReport report) {
        opened.incrementAndGet();
        batches.addAndGet(report.batchesValidated());
        bytes.addAndGet(report.bytesValidated());
        bytesCut.addAndGet(report.bytesCut());
        for (final String finding : report.findings()) {
            final String line = "partition " + report.directory() + ": " + finding;
            if (report.isDamaged()) {
                log.error(line);
            } else {
                log.warn(line);
            }
        }
        if (report.isDamaged()) {
            damaged.incrementAndGet();
        }
    }

    /** For those who wait. */
    void tellProgress() {
        log.info("recovering: " + opened + " of " + partitions + " partitions opened, " + bytes.get() / MIB
                + " MiB validated");
    }

    void tellResult(final boolean clean, final long tookMs) {
        final String what =
                opened + (opened.get() == 1 ? " partition" : " partitions") + " opened in " + tookMs + " ms";
        if (clean) {
            log.debug(what + " after an orderly stop");
        } else if (opened.get() > 0) {
            log.info(what + " after a stop that was not orderly: " + batches + " batches (" + bytes
                    + " bytes) validated, " + bytesCut + " bytes of unfinished writes cut");
        }
        if (damaged.get() > 0) {
            log.error(damaged + (damaged.get() == 1 ? " partition is" : " partitions are")
                    + " DAMAGED: see above what of each is there, and whether it can be written");
        }
    }
}
