package io.millrace.net.kafka.group;

import io.millrace.engine.core.Core;
import io.millrace.net.kafka.api.Api;
import io.millrace.net.kafka.api.ApiTable;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.ColdHandler;
import java.util.function.Supplier;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.ShareGroupDescribeRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupTopologyDescriptionUpdateRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.protocol.ApiMessage;

/** Puts every API of groups into a core's table. */
public final class GroupApis {
    private GroupApis() {}

    public static void register(
            final ApiTable table, final Core core, final Groups groups, final SharePersister persister) {
        final ClassicMembership classic = new ClassicMembership(groups);
        serve(table, Api.JOIN_GROUP, JoinGroupRequestData::new, classic::join);
        serve(table, Api.SYNC_GROUP, SyncGroupRequestData::new, classic::sync);
        serve(table, Api.HEARTBEAT, HeartbeatRequestData::new, classic::heartbeat);
        serve(table, Api.LEAVE_GROUP, LeaveGroupRequestData::new, classic::leave);
        final GroupOffsets offsets = new GroupOffsets(groups, core.image());
        serve(table, Api.OFFSET_COMMIT, OffsetCommitRequestData::new, offsets::commit);
        serve(table, Api.OFFSET_FETCH, OffsetFetchRequestData::new, offsets::fetch);
        serve(table, Api.OFFSET_DELETE, OffsetDeleteRequestData::new, offsets::delete);
        serve(
                table,
                Api.TXN_OFFSET_COMMIT,
                TxnOffsetCommitRequestData::new,
                new TransactionalOffsets(groups, core.image())::commit);
        final GroupAdmin admin = new GroupAdmin(groups, persister);
        serve(table, Api.LIST_GROUPS, ListGroupsRequestData::new, admin::list);
        serve(table, Api.DESCRIBE_GROUPS, DescribeGroupsRequestData::new, admin::describe);
        serve(table, Api.DELETE_GROUPS, DeleteGroupsRequestData::new, admin::delete);
        serve(
                table,
                Api.CONSUMER_GROUP_HEARTBEAT,
                ConsumerGroupHeartbeatRequestData::new,
                new ConsumerMembership(groups)::heartbeat);
        serve(table, Api.CONSUMER_GROUP_DESCRIBE, ConsumerGroupDescribeRequestData::new, admin::describeConsumers);
        final StreamsMembership streams = new StreamsMembership(groups, new StreamsTopics(core));
        serve(table, Api.STREAMS_GROUP_HEARTBEAT, StreamsGroupHeartbeatRequestData::new, streams::heartbeat);
        serve(table, Api.STREAMS_GROUP_DESCRIBE, StreamsGroupDescribeRequestData::new, admin::describeStreams);
        serve(
                table,
                Api.STREAMS_GROUP_TOPOLOGY_DESCRIPTION_UPDATE,
                StreamsGroupTopologyDescriptionUpdateRequestData::new,
                streams::updateDescription);
        registerShares(table, core, groups, admin, persister);
    }

    private static void registerShares(
            final ApiTable table,
            final Core core,
            final Groups groups,
            final GroupAdmin admin,
            final SharePersister persister) {
        serve(
                table,
                Api.SHARE_GROUP_HEARTBEAT,
                ShareGroupHeartbeatRequestData::new,
                new ShareMembership(groups, persister)::heartbeat);
        serve(table, Api.SHARE_GROUP_DESCRIBE, ShareGroupDescribeRequestData::new, admin::describeShares);
        final ShareGroupOffsets offsets = new ShareGroupOffsets(core, groups, persister);
        serve(table, Api.DESCRIBE_SHARE_GROUP_OFFSETS, DescribeShareGroupOffsetsRequestData::new, offsets::describe);
        serve(table, Api.ALTER_SHARE_GROUP_OFFSETS, AlterShareGroupOffsetsRequestData::new, offsets::alter);
        serve(table, Api.DELETE_SHARE_GROUP_OFFSETS, DeleteShareGroupOffsetsRequestData::new, offsets::delete);
        ShareStateApis.register(table, persister);
    }

    private static <Q extends ApiMessage> void serve(
            final ApiTable table, final Api api, final Supplier<Q> request, final ColdHandler<Q> handler) {
        table.serve(api, new ColdApi<>(request, handler));
    }
}
