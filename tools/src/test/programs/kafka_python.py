"""Groups with kafka-python, a client written in Python alone: kafka_python.py <bootstrap> <topic>, of two partitions."""
import sys
import threading

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient

BOOTSTRAP, TOPIC = sys.argv[1:3]
COUNT = 100


def consumer(**settings):
    return KafkaConsumer(
        TOPIC, bootstrap_servers=BOOTSTRAP, group_id="python-" + TOPIC, auto_offset_reset="earliest",
        enable_auto_commit=False, **settings)


def read(reader, count):
    records = []
    for _ in range(300):
        if len(records) >= count:
            break
        for batch in reader.poll(timeout_ms=100).values():
            records.extend(batch)
    return records


def produce():
    producer = KafkaProducer(bootstrap_servers=BOOTSTRAP, acks="all", compression_type="gzip", linger_ms=5)
    sent = [
        producer.send(TOPIC, key=b"k%d" % i, value=b"v%d" % i, partition=i % 2, headers=[("h", b"1")])
        for i in range(COUNT)
    ]
    for future in sent:
        future.get(timeout=30)
    producer.close()
    print("produced", COUNT)


def go_on_in_group():
    first = consumer(max_poll_records=COUNT // 2)
    records = read(first, 1)
    first.commit()
    first.close(autocommit=False)
    second = consumer()
    records += read(second, COUNT - len(records))
    second.commit()
    committed = [second.committed(TopicPartition(TOPIC, partition)) for partition in range(2)]
    second.close(autocommit=False)
    assert sorted(r.value for r in records) == sorted(b"v%d" % i for i in range(COUNT)), len(records)
    assert committed == [COUNT // 2] * 2, committed
    print("consumed", len(records), "in group")


def share():
    """Two members at once: each gets one of the two partitions."""
    both = threading.Barrier(2, timeout=30)
    owned = []

    def member():
        reader = consumer(heartbeat_interval_ms=200)
        for _ in range(300):
            reader.poll(timeout_ms=100)
            if len(reader.assignment()) == 1:
                break
        owned.extend(reader.assignment())
        try:
            both.wait()
        finally:
            reader.close(autocommit=False)

    members = [threading.Thread(target=member) for _ in range(2)]
    for thread in members:
        thread.start()
    for thread in members:
        thread.join()
    assert sorted(tp.partition for tp in owned) == [0, 1], owned
    print("shared 2 partitions")


def look():
    admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
    assert "python-" + TOPIC in [group for group, _ in admin.list_consumer_groups()]
    offsets = admin.list_consumer_group_offsets("python-" + TOPIC)
    assert {tp.partition: offset.offset for tp, offset in offsets.items()} == {0: COUNT // 2, 1: COUNT // 2}, offsets
    admin.close()
    print("listed groups")


produce()
go_on_in_group()
share()
look()
