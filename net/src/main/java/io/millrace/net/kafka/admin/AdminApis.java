package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.net.kafka.api.Api;
import io.millrace.net.kafka.api.ApiTable;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.ColdHandler;
import io.millrace.net.kafka.api.ColdSteps;
import java.util.function.Supplier;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.protocol.ApiMessage;

/** Puts every API of this package into a core's table. */
public final class AdminApis {
    private AdminApis() {}

    /** @param transactional InitProducerId with a transactional id */
    public static void register(
            final ApiTable table,
            final Core core,
            final NodeFacts node,
            final ColdHandler<InitProducerIdRequestData> transactional) {
        final AutoTopics autoTopics = new AutoTopics(core);
        final ColdSteps steps = new ColdSteps();
        core.addStage("cold answers", steps);
        serve(table, Api.METADATA, MetadataRequestData::new, new MetadataApi(core, node, autoTopics, steps)::handle);
        serve(table, Api.LIST_OFFSETS, ListOffsetsRequestData::new, new ListOffsetsApi(core)::handle);
        serve(
                table,
                Api.OFFSET_FOR_LEADER_EPOCH,
                OffsetForLeaderEpochRequestData::new,
                new OffsetForLeaderEpochApi(core)::handle);
        serve(table, Api.DESCRIBE_CLUSTER, DescribeClusterRequestData::new, new DescribeClusterApi(node)::handle);
        serve(
                table,
                Api.DESCRIBE_TOPIC_PARTITIONS,
                DescribeTopicPartitionsRequestData::new,
                new DescribeTopicPartitionsApi(core)::handle);
        serve(
                table,
                Api.DESCRIBE_LOG_DIRS,
                DescribeLogDirsRequestData::new,
                new DescribeLogDirsApi(core, node, steps)::handle);
        serve(table, Api.CREATE_TOPICS, CreateTopicsRequestData::new, new CreateTopicsApi(core)::handle);
        serve(table, Api.DELETE_TOPICS, DeleteTopicsRequestData::new, new DeleteTopicsApi(core)::handle);
        serve(table, Api.CREATE_PARTITIONS, CreatePartitionsRequestData::new, new CreatePartitionsApi(core)::handle);
        serve(table, Api.DELETE_RECORDS, DeleteRecordsRequestData::new, new DeleteRecordsApi(core)::handle);
        serve(table, Api.DESCRIBE_CONFIGS, DescribeConfigsRequestData::new, new DescribeConfigsApi(core, node)::handle);
        serve(table, Api.ALTER_CONFIGS, AlterConfigsRequestData::new, new AlterConfigsApi(core, node)::handle);
        serve(
                table,
                Api.INCREMENTAL_ALTER_CONFIGS,
                IncrementalAlterConfigsRequestData::new,
                new IncrementalAlterConfigsApi(core, node)::handle);
        serve(
                table,
                Api.LIST_CONFIG_RESOURCES,
                ListConfigResourcesRequestData::new,
                new ListConfigResourcesApi(core)::handle);
        serve(
                table,
                Api.ALTER_REPLICA_LOG_DIRS,
                AlterReplicaLogDirsRequestData::new,
                new AlterReplicaLogDirsApi(core, node)::handle);
        serve(table, Api.DESCRIBE_PRODUCERS, DescribeProducersRequestData::new, new DescribeProducersApi(core)::handle);
        serve(
                table,
                Api.INIT_PRODUCER_ID,
                InitProducerIdRequestData::new,
                new InitProducerIdApi(core, transactional)::handle);
    }

    private static <Q extends ApiMessage> void serve(
            final ApiTable table, final Api api, final Supplier<Q> request, final ColdHandler<Q> handler) {
        table.serve(api, new ColdApi<>(request, handler));
    }
}
