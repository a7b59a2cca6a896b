package io.millrace.tools.client;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Writes records: the bytes of the value and a newline; before it, with tabs between, what else is wanted. A value that is
 * not there is an empty line; JSON tells it from an empty one.
 */
record RecordPrinter(Output out, boolean offsets, boolean headers, boolean keys, boolean json) {
    void print(final ConsumerRecord<byte[], byte[]> record) {
        if (json) {
            out.line(Json.of(object(record)));
            return;
        }
        if (offsets) {
            out.text(record.partition() + "\t" + record.offset() + "\t");
        }
        if (headers) {
            String comma = "";
            for (final Header header : record.headers()) {
                out.text(comma + header.key() + "=");
                bytes(header.value());
                comma = ",";
            }
            out.text("\t");
        }
        if (keys) {
            bytes(record.key());
            out.text("\t");
        }
        bytes(record.value());
        out.newline();
    }

    private void bytes(final byte[] bytes) {
        if (bytes != null) {
            out.bytes(bytes);
        }
    }

    private static Object object(final ConsumerRecord<byte[], byte[]> record) {
        final List<Object> headers = new ArrayList<>();
        record.headers().forEach(header -> headers.add(Json.object("key", header.key(), "value", header.value())));
        return Json.object(
                "topic",
                record.topic(),
                "partition",
                record.partition(),
                "offset",
                record.offset(),
                "timestamp",
                record.timestamp(),
                "key",
                record.key(),
                "value",
                record.value(),
                "headers",
                headers);
    }
}
