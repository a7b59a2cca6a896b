package io.millrace.engine.core;

import io.millrace.engine.port.BatchFilter;
import io.millrace.engine.port.Compressor;
import io.millrace.engine.port.Decompressor;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.Entropy;
import io.millrace.engine.port.Housekeeping;
import io.millrace.engine.port.Poller;
import io.millrace.engine.port.Time;
import io.millrace.engine.status.Statistics;
import java.util.Objects;

/** What a {@link Core} is made of: its number and its ports. Set everything, then {@link #conclude}. */
public final class CoreContext {
    private int core = -1;
    private Mesh mesh;
    private Time time;
    private Entropy entropy;
    private Disk disk;
    private Poller poller;
    private Housekeeping housekeeping;
    private Housekeeping compactions;
    private Housekeeping recodings;
    private int recodingThreads = 1;
    private Compressor compressor;
    private Decompressor decompressor;
    private BatchFilter batchFilter;
    private NodeBoot boot;
    private Statistics statistics = new Statistics();
    private long spinBeforeParkNs = 20_000;

    public CoreContext core(final int core) {
        this.core = core;
        return this;
    }

    public CoreContext mesh(final Mesh mesh) {
        this.mesh = mesh;
        return this;
    }

    public CoreContext time(final Time time) {
        this.time = time;
        return this;
    }

    public CoreContext entropy(final Entropy entropy) {
        this.entropy = entropy;
        return this;
    }

    public CoreContext disk(final Disk disk) {
        this.disk = disk;
        return this;
    }

    public CoreContext poller(final Poller poller) {
        this.poller = poller;
        return this;
    }

    public CoreContext housekeeping(final Housekeeping housekeeping) {
        this.housekeeping = housekeeping;
        return this;
    }

    public CoreContext decompressor(final Decompressor decompressor) {
        this.decompressor = decompressor;
        return this;
    }

    /** Who packs batches for topics that have a codec of their own; without one none is packed. */
    public CoreContext compressor(final Compressor compressor) {
        this.compressor = compressor;
        return this;
    }

    /** Where that is done, and by how many threads for all cores; where all else runs if nothing is said. */
    public CoreContext recodings(final Housekeeping lane, final int threads) {
        this.recodings = lane;
        this.recodingThreads = threads;
        return this;
    }

    /** Where compactions look into batches; where all else runs if nothing is said. */
    public CoreContext compactions(final Housekeeping lane) {
        this.compactions = lane;
        return this;
    }

    /** Who takes records out of batches; without one nothing is compacted. */
    public CoreContext batchFilter(final BatchFilter batchFilter) {
        this.batchFilter = batchFilter;
        return this;
    }

    /** The node's state as brought up from its data directory, the same for all cores. */
    public CoreContext boot(final NodeBoot boot) {
        this.boot = boot;
        return this;
    }

    /** Where the core counts; whoever wants to look brings it along. */
    public CoreContext statistics(final Statistics newStatistics) {
        statistics = newStatistics;
        return this;
    }

    /** How long a core without work looks for some before it sleeps; {@code Long.MAX_VALUE}: it never sleeps. */
    public CoreContext spinBeforeParkNs(final long spinBeforeParkNs) {
        this.spinBeforeParkNs = spinBeforeParkNs;
        return this;
    }

    /** Checks that nothing is missing. */
    public CoreContext conclude() {
        Objects.requireNonNull(mesh, "mesh");
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(entropy, "entropy");
        Objects.requireNonNull(disk, "disk");
        Objects.requireNonNull(poller, "poller");
        Objects.requireNonNull(housekeeping, "housekeeping");
        Objects.requireNonNull(decompressor, "decompressor");
        Objects.requireNonNull(boot, "boot");
        if (core < 0 || core >= mesh.coreCount()) {
            throw new IllegalArgumentException(
                    "core " + core + ": expected 0 to " + (mesh.coreCount() - 1) + " in this mesh");
        }
        if (spinBeforeParkNs < 0) {
            throw new IllegalArgumentException("spinBeforeParkNs " + spinBeforeParkNs + ": expected 0 or more");
        }
        return this;
    }

    public int core() {
        return core;
    }

    public Mesh mesh() {
        return mesh;
    }

    public Time time() {
        return time;
    }

    public Entropy entropy() {
        return entropy;
    }

    public Disk disk() {
        return disk;
    }

    public Poller poller() {
        return poller;
    }

    public Housekeeping housekeeping() {
        return housekeeping;
    }

    public Housekeeping compactions() {
        return compactions == null ? housekeeping : compactions;
    }

    public Housekeeping recodings() {
        return recodings == null ? housekeeping : recodings;
    }

    public int recodingThreads() {
        return recodingThreads;
    }

    /** Null if nobody packs. */
    public Compressor compressor() {
        return compressor;
    }

    public Decompressor decompressor() {
        return decompressor;
    }

    public BatchFilter batchFilter() {
        return batchFilter;
    }

    public NodeBoot boot() {
        return boot;
    }

    public Statistics statistics() {
        return statistics;
    }

    public long spinBeforeParkNs() {
        return spinBeforeParkNs;
    }
}
