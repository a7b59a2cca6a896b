"""Groups and transactions with confluent-kafka, which is librdkafka: confluent.py <bootstrap> <topic>, of two partitions."""
import sys

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

BOOTSTRAP, TOPIC = sys.argv[1:3]
COUNT = 100
WITHIN_S = 30


def consumer(group, **settings):
    made = Consumer({
        "bootstrap.servers": BOOTSTRAP,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "isolation.level": "read_committed",
        **{name.replace("_", "."): value for name, value in settings.items()},
    })
    made.subscribe([TOPIC])
    return made


def read(reader, count):
    values = []
    for _ in range(WITHIN_S * 10):
        if len(values) >= count:
            break
        message = reader.poll(0.1)
        if message is not None:
            assert message.error() is None, message.error()
            values.append(message.value().decode())
    return values


def produce():
    failures = []
    producer = Producer({"bootstrap.servers": BOOTSTRAP, "enable.idempotence": True})
    for i in range(COUNT):
        producer.produce(
            TOPIC, f"v{i}", key=f"k{i}", partition=i % 2, headers={"h": "1"},
            callback=lambda error, _: error and failures.append(error))
    producer.flush(WITHIN_S)
    assert not failures, failures
    print("produced", COUNT)


def go_on_in_group():
    first = consumer("confluent-" + TOPIC)
    values = read(first, COUNT // 2)
    first.commit(asynchronous=False)
    first.close()
    second = consumer("confluent-" + TOPIC, partition_assignment_strategy="cooperative-sticky", group_instance_id="one")
    values += read(second, COUNT - len(values))
    second.commit(asynchronous=False)
    committed = second.committed([TopicPartition(TOPIC, partition) for partition in range(2)], timeout=WITHIN_S)
    second.close()
    assert sorted(values) == sorted(f"v{i}" for i in range(COUNT)), values
    assert [offset.offset for offset in committed] == [COUNT // 2] * 2, committed
    print("consumed", len(values), "in group")


def move_in_transactions():
    """Each record to the same topic's end, as value + '!', offsets in the transaction; each second try is aborted."""
    reader = consumer("mover-" + TOPIC)
    producer = Producer({"bootstrap.servers": BOOTSTRAP, "transactional.id": "mover-" + TOPIC})
    producer.init_transactions(WITHIN_S)
    for attempt in range(2):
        values = read(reader, COUNT)
        producer.begin_transaction()
        for value in values[:COUNT]:
            producer.produce(TOPIC, value + "!" + str(attempt), partition=0)
        producer.send_offsets_to_transaction(
            [TopicPartition(TOPIC, partition, COUNT // 2) for partition in range(2)],
            reader.consumer_group_metadata(), WITHIN_S)
        if attempt == 0:
            producer.flush(WITHIN_S)
            producer.abort_transaction(WITHIN_S)
            for partition in range(2):
                reader.seek(TopicPartition(TOPIC, partition, 0))
        else:
            producer.commit_transaction(WITHIN_S)
    committed = reader.committed([TopicPartition(TOPIC, partition) for partition in range(2)], timeout=WITHIN_S)
    reader.close()
    assert [offset.offset for offset in committed] == [COUNT // 2] * 2, committed
    checker = consumer("checker-" + TOPIC)
    values = [value for value in read(checker, 2 * COUNT) if "!" in value]
    checker.close()
    assert sorted(values) == sorted(f"v{i}!1" for i in range(COUNT)), values
    print("moved", len(values), "in transactions")


def look():
    groups = AdminClient({"bootstrap.servers": BOOTSTRAP}).list_groups(timeout=WITHIN_S)
    assert "confluent-" + TOPIC in [group.id for group in groups], groups
    print("listed groups")


produce()
go_on_in_group()
move_in_transactions()
look()
