package io.millrace.net.kafka.security;

import io.millrace.engine.core.Core;
import io.millrace.net.kafka.api.Api;
import io.millrace.net.kafka.api.ApiTable;
import io.millrace.net.kafka.api.ColdApi;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeDelegationTokenRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.ExpireDelegationTokenRequestData;
import org.apache.kafka.common.message.RenewDelegationTokenRequestData;

/** Puts every API of this package into a core's table. */
public final class SecurityApis {
    private SecurityApis() {}

    public static void register(final ApiTable table, final Core core) {
        table.serve(Api.DESCRIBE_ACLS, new ColdApi<>(DescribeAclsRequestData::new, AclApis::describe))
                .serve(Api.CREATE_ACLS, new ColdApi<>(CreateAclsRequestData::new, AclApis::create))
                .serve(Api.DELETE_ACLS, new ColdApi<>(DeleteAclsRequestData::new, AclApis::delete))
                .serve(
                        Api.CREATE_DELEGATION_TOKEN,
                        new ColdApi<>(CreateDelegationTokenRequestData::new, TokenApis::create))
                .serve(
                        Api.RENEW_DELEGATION_TOKEN,
                        new ColdApi<>(RenewDelegationTokenRequestData::new, TokenApis::renew))
                .serve(
                        Api.EXPIRE_DELEGATION_TOKEN,
                        new ColdApi<>(ExpireDelegationTokenRequestData::new, TokenApis::expire))
                .serve(
                        Api.DESCRIBE_DELEGATION_TOKEN,
                        new ColdApi<>(DescribeDelegationTokenRequestData::new, TokenApis::describe));
        final UserApis users = new UserApis(core);
        table.serve(
                        Api.DESCRIBE_USER_SCRAM_CREDENTIALS,
                        new ColdApi<>(DescribeUserScramCredentialsRequestData::new, users::describe))
                .serve(
                        Api.ALTER_USER_SCRAM_CREDENTIALS,
                        new ColdApi<>(AlterUserScramCredentialsRequestData::new, users::alter));
    }
}
