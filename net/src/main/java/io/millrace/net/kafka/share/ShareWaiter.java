package io.millrace.net.kafka.share;

/** A fetch of some core that waits for news of this core's share partitions; told once. Owned by the partitions' core. */
final class ShareWaiter {
    final int core;
    /** What can be had is known, and not enough. */
    final boolean knows;

    final Runnable news;
    boolean told;

    /** @param news to be run on the core that waits */
    ShareWaiter(final int core, final boolean knows, final Runnable news) {
        this.core = core;
        this.knows = knows;
        this.news = news;
    }
}
