// Groups with Sarama: sarama <bootstrap> <topic>, of two partitions.
package main

import (
	"context"
	"fmt"
	"os"
	"sort"
	"sync"
	"time"

	"github.com/Shopify/sarama"
)

const count = 100

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func config() *sarama.Config {
	config := sarama.NewConfig()
	config.Version = sarama.V2_1_0_0
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	// Without it, this version commits with requests that Apache Kafka 4 refuses too.
	config.Consumer.Offsets.Retention = time.Hour
	config.Consumer.Group.Heartbeat.Interval = 300 * time.Millisecond
	config.Producer.Return.Successes = true
	config.Producer.RequiredAcks = sarama.WaitForAll
	config.Producer.Idempotent = true
	config.Producer.Partitioner = sarama.NewManualPartitioner
	config.Producer.Compression = sarama.CompressionSnappy
	config.Net.MaxOpenRequests = 1
	return config
}

func produce(bootstrap, topic string) {
	producer, err := sarama.NewSyncProducer([]string{bootstrap}, config())
	check(err)
	for i := 0; i < count; i++ {
		_, _, err = producer.SendMessage(&sarama.ProducerMessage{
			Topic: topic, Partition: int32(i % 2), Value: sarama.StringEncoder(fmt.Sprintf("v%03d", i))})
		check(err)
	}
	check(producer.Close())
	fmt.Println("produced", count)
}

// A member that keeps what it read until it has enough.
type member struct {
	sync.Mutex
	values []string
	wanted int
	done   context.CancelFunc
}

func (m *member) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (m *member) Cleanup(sarama.ConsumerGroupSession) error { return nil }

func (m *member) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for message := range claim.Messages() {
		m.Lock()
		if len(m.values) < m.wanted {
			m.values = append(m.values, string(message.Value))
			session.MarkMessage(message, "")
		}
		if len(m.values) == m.wanted {
			m.done()
		}
		m.Unlock()
	}
	return nil
}

func read(bootstrap, topic string, wanted int) []string {
	group, err := sarama.NewConsumerGroup([]string{bootstrap}, "sarama-"+topic, config())
	check(err)
	ctx, done := context.WithTimeout(context.Background(), 30*time.Second)
	defer done()
	reader := &member{wanted: wanted, done: done}
	for ctx.Err() == nil {
		// A coordinator that has just begun says so, and this client leaves it to us to ask again.
		if err := group.Consume(ctx, []string{topic}, reader); err != sarama.ErrOffsetsLoadInProgress {
			check(err)
		}
	}
	check(group.Close())
	return reader.values
}

func goOnInGroup(bootstrap, topic string) {
	values := append(read(bootstrap, topic, count/2), read(bootstrap, topic, count/2)...)
	sort.Strings(values)
	for i, value := range values {
		if value != fmt.Sprintf("v%03d", i) {
			check(fmt.Errorf("value %d is %s", i, value))
		}
	}
	fmt.Println("consumed", len(values), "in group")
}

func look(bootstrap, topic string) {
	admin, err := sarama.NewClusterAdmin([]string{bootstrap}, config())
	check(err)
	groups, err := admin.ListConsumerGroups()
	check(err)
	if _, listed := groups["sarama-"+topic]; !listed {
		check(fmt.Errorf("no group of ours in %v", groups))
	}
	offsets, err := admin.ListConsumerGroupOffsets("sarama-"+topic, map[string][]int32{topic: {0, 1}})
	check(err)
	for partition := int32(0); partition < 2; partition++ {
		if block := offsets.GetBlock(topic, partition); block == nil || block.Offset != count/2 {
			check(fmt.Errorf("offset of partition %d: %v", partition, block))
		}
	}
	check(admin.Close())
	fmt.Println("listed groups")
}

func main() {
	produce(os.Args[1], os.Args[2])
	goOnInGroup(os.Args[1], os.Args[2])
	look(os.Args[1], os.Args[2])
}
