package io.millrace.net.simulation;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.Record;

/** Reads all dead letters of one share group, and tells its book of which records they are. */
final class SimLetterReader extends SimTxnReader {
    private static final String PREFIX = "__dlq.errors.";

    private final SharedBook book;
    private final String source;

    /** @param source the topic that the group works off */
    SimLetterReader(final SimWorld world, final SharedBook book, final String source) {
        super("letters-" + book.group(), world, book.rules().letters(), 1, SimNode.NODE_PORT);
        this.book = book;
        this.source = source;
    }

    @Override
    void onRecord(final TopicPartition partition, final Record letter) {
        final Map<String, String> told = new HashMap<>();
        for (final Header header : letter.headers()) {
            told.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
        }
        if (!source.equals(told.get(PREFIX + "topic")) || !book.group().equals(told.get(PREFIX + "group"))) {
            throw new ViolationException(partition + ": a letter to nobody, " + told);
        }
        book.onLetter(
                Integer.parseInt(told.get(PREFIX + "partition")),
                Long.parseLong(told.get(PREFIX + "offset")),
                letter.hasValue() ? SimCommitted.textOf(letter) : null);
    }
}
