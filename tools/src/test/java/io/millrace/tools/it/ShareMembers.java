package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.bytes;
import static io.millrace.tools.it.support.Clients.get;

import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Clients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;

/** What tests of share groups do again and again: a group has the name of the one topic that it works off. */
final class ShareMembers {
    static final String[] EXPLICIT = {"share.acknowledgement.mode", "explicit"};
    private static final Duration LONG = Duration.ofSeconds(30);

    private ShareMembers() {}

    /** A topic of that name and a group that begins at its beginning. */
    static void createGroup(final BrokerUnderTest at, final String name, final int partitions) {
        Clients.createTopic(at, name, partitions);
        set(at, name, "share.auto.offset.reset", "earliest");
    }

    static void set(final BrokerUnderTest at, final String group, final String name, final String value) {
        try (Admin admin = Clients.admin(at)) {
            get(admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.GROUP, group),
                            List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET))))
                    .all());
        }
    }

    static void write(final BrokerUnderTest at, final String topic, final int from, final int to) {
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(at)) {
            final int partitions = producer.partitionsFor(topic).size();
            for (int i = from; i < to; i++) {
                producer.send(new ProducerRecord<>(topic, i % partitions, null, bytes("v" + i)));
            }
        }
    }

    static KafkaShareConsumer<byte[], byte[]> member(
            final BrokerUnderTest at, final String group, final String... settings) {
        final KafkaShareConsumer<byte[], byte[]> member = Clients.shareConsumer(at, group, settings);
        member.subscribe(List.of(group));
        return member;
    }

    /** Polls until so many records came; by the next poll those before are acknowledged. */
    static List<ConsumerRecord<byte[], byte[]>> poll(final KafkaShareConsumer<byte[], byte[]> member, final int count) {
        final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        final long deadlineNs = System.nanoTime() + LONG.toNanos();
        while (records.size() < count && System.nanoTime() < deadlineNs) {
            member.poll(Duration.ofMillis(200)).forEach(records::add);
        }
        return records;
    }

    static List<String> texts(final List<ConsumerRecord<byte[], byte[]>> records) {
        return records.stream().map(record -> Clients.text(record.value())).toList();
    }

    /** What comes in the next moments. */
    static List<ConsumerRecord<byte[], byte[]>> rest(final KafkaShareConsumer<byte[], byte[]> member) {
        final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            member.poll(Duration.ofMillis(200)).forEach(records::add);
        }
        return records;
    }
}
