package io.millrace.net.kafka.share;

import io.millrace.engine.log.LogSlice;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.share.RecordRanges;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** One partition of a request of a share group's member: where it lives, and what came of it. A plain row of fields. */
final class ShareItem {
    final Uuid topicId;
    final int partition;

    TopicImage topic;
    long key;
    int core;
    int ownerEpoch;

    Errors error = Errors.NONE;
    /** It is on its way to another core, or there, and that is not known here yet. */
    boolean elsewhere;

    LogSlice slice;
    int bytes;
    RecordRanges acquired;

    /** What came of what was said of its records; null if nothing was said. */
    Errors ackError;

    String ackMessage;

    ShareItem(final Uuid topicId, final int partition) {
        this.topicId = topicId;
        this.partition = partition;
    }

    /** It is asked for once more. */
    void forgetRound() {
        error = Errors.NONE;
        elsewhere = false;
    }

    boolean hasNews() {
        return error != Errors.NONE || ackError != null || bytes > 0;
    }
}
