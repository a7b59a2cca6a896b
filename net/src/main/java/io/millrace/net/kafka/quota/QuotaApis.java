package io.millrace.net.kafka.quota;

import io.millrace.engine.core.Core;
import io.millrace.net.kafka.api.Api;
import io.millrace.net.kafka.api.ApiTable;
import io.millrace.net.kafka.api.ColdApi;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;

/** Puts every API of this package into a core's table. */
public final class QuotaApis {
    private QuotaApis() {}

    public static void register(final ApiTable table, final Core core) {
        table.serve(
                        Api.DESCRIBE_CLIENT_QUOTAS,
                        new ColdApi<>(
                                DescribeClientQuotasRequestData::new,
                                new DescribeClientQuotasApi(core.image())::handle))
                .serve(
                        Api.ALTER_CLIENT_QUOTAS,
                        new ColdApi<>(AlterClientQuotasRequestData::new, new AlterClientQuotasApi(core)::handle));
    }
}
