// Groups and transactions with kafkajs: kafkajs.js <bootstrap> <topic>, of two partitions.
const assert = require("node:assert");
const { Kafka, logLevel } = require("kafkajs");

const [bootstrap, topic] = process.argv.slice(2);
const COUNT = 100;
const WITHIN_MS = 30_000;
const kafka = new Kafka({ clientId: "kafkajs", brokers: [bootstrap], logLevel: logLevel.ERROR });
const values = (suffix) => Array.from({ length: COUNT }, (_, i) => `v${i}${suffix}`).sort();

async function produce() {
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const messages = values("").map((value, i) => ({ key: "k", value, partition: i % 2, headers: { h: "1" } }));
  await producer.send({ topic, acks: -1, messages });
  await producer.disconnect();
  console.log("produced", COUNT);
}

// Reads in a group until enough records came, commits, leaves.
async function read(groupId, count, seen) {
  const consumer = kafka.consumer({ groupId, heartbeatInterval: 300, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const start = seen.length;
  await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${seen.length - start} of ${count} records`)), WITHIN_MS);
    consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message }) => {
        if (seen.length - start < count) {
          seen.push(message.value.toString());
          await consumer.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + 1n).toString() }]);
        }
        if (seen.length - start === count) {
          clearTimeout(late);
          resolve();
        }
      },
    }).catch(reject);
  });
  await consumer.disconnect();
}

async function goOnInGroup() {
  const seen = [];
  await read("js-" + topic, COUNT / 2, seen);
  await read("js-" + topic, COUNT / 2, seen);
  assert.deepEqual(seen.sort(), values(""));
  console.log("consumed", seen.length, "in group");
}

async function writeInTransactions() {
  const producer = kafka.producer({ transactionalId: "js-" + topic, idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  for (const commits of [false, true]) {
    const transaction = await producer.transaction();
    const messages = values(commits ? "!" : "?").map((value) => ({ value, partition: 0 }));
    await transaction.send({ topic, acks: -1, messages });
    await transaction.sendOffsets({
      consumerGroupId: "js-offsets-" + topic,
      topics: [{ topic, partitions: [{ partition: 0, offset: commits ? "7" : "3" }] }],
    });
    await (commits ? transaction.commit() : transaction.abort());
  }
  await producer.disconnect();
  const seen = [];
  await read("js-checker-" + topic, 2 * COUNT, seen);
  assert.deepEqual(seen.sort(), values("").concat(values("!")).sort());
  console.log("wrote", COUNT, "in transactions");
}

async function look() {
  const admin = kafka.admin();
  await admin.connect();
  const groups = (await admin.listGroups()).groups.map((group) => group.groupId);
  assert.ok(groups.includes("js-" + topic), groups);
  const [{ partitions }] = await admin.fetchOffsets({ groupId: "js-offsets-" + topic, topics: [topic] });
  assert.equal(partitions.find(({ partition }) => partition === 0).offset, "7");
  const described = await admin.describeGroups(["js-" + topic]);
  assert.equal(described.groups[0].state, "Empty");
  await admin.deleteGroups(["js-" + topic]);
  await admin.disconnect();
  console.log("listed groups");
}

(async () => {
  await produce();
  await goOnInGroup();
  await writeInTransactions();
  await look();
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
