package io.millrace.net.kafka.security;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.metadata.ResourceType;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.admin.CommandBatch;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.agrona.ExpandableArrayBuffer;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData.AlterUserScramCredentialsResult;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData.UserName;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData.CredentialInfo;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData.DescribeUserScramCredentialsResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;

/**
 * DescribeUserScramCredentials and AlterUserScramCredentials (KIP-554): users' credentials are part of the metadata,
 * whether or not a listener asks for them.
 */
final class UserApis {
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    private final Core core;

    UserApis(final Core core) {
        this.core = core;
    }

    void describe(
            final Exchange exchange,
            final RequestHeader header,
            final DescribeUserScramCredentialsRequestData request) {
        final Map<String, Boolean> isTwice = new HashMap<>();
        if (request.users() == null || request.users().isEmpty()) {
            core.image().resources(ResourceType.USER).forEach(name -> isTwice.put(name, false));
        } else {
            for (final UserName user : request.users()) {
                isTwice.put(user.name(), isTwice.containsKey(user.name()));
            }
        }
        final DescribeUserScramCredentialsResponseData response = new DescribeUserScramCredentialsResponseData();
        isTwice.forEach((name, twice) -> response.results().add(described(name, twice)));
        ColdApi.respond(exchange, response);
    }

    private DescribeUserScramCredentialsResult described(final String name, final boolean isTwice) {
        final DescribeUserScramCredentialsResult result = new DescribeUserScramCredentialsResult().setUser(name);
        if (isTwice) {
            return result.setErrorCode(Errors.DUPLICATE_RESOURCE.code())
                    .setErrorMessage(
                            "Cannot describe SCRAM credentials for the same user twice in a single request: " + name);
        }
        final SortedMap<String, String> credentials = core.image().overrides(ResourceType.USER, name);
        if (credentials.isEmpty()) {
            return result.setErrorCode(Errors.RESOURCE_NOT_FOUND.code())
                    .setErrorMessage("Attempt to describe a user credential that does not exist: " + name);
        }
        credentials.forEach((mechanism, text) -> result.credentialInfos()
                .add(new CredentialInfo()
                        .setMechanism(
                                ScramMechanism.fromMechanismName(mechanism).type())
                        .setIterations(Credentials.iterations(text))));
        return result;
    }

    /** Keys are derived beside the core: the first time takes the JVM long. */
    void alter(
            final Exchange exchange, final RequestHeader header, final AlterUserScramCredentialsRequestData request) {
        if (request.deletions().size() + request.upsertions().size() > CommandBatch.ITEMS_MAX) {
            refuse(exchange, request);
            return;
        }
        final UserWishes wishes = new UserWishes(core.image(), request);
        if (!core.housekeeping().submit(wishes::derive, () -> alter(exchange, wishes))) {
            wishes.derive();
            alter(exchange, wishes);
        }
    }

    private static void refuse(final Exchange exchange, final AlterUserScramCredentialsRequestData request) {
        final Set<String> names = new LinkedHashSet<>();
        request.deletions().forEach(deletion -> names.add(deletion.name()));
        request.upsertions().forEach(upsertion -> names.add(upsertion.name()));
        final ApiError error = new ApiError(Errors.POLICY_VIOLATION, CommandBatch.TOO_LARGE);
        final AlterUserScramCredentialsResponseData response = new AlterUserScramCredentialsResponseData();
        names.forEach(name -> response.results().add(result(name, error)));
        ColdApi.respond(exchange, response);
    }

    /** All that is good of a request is one change to the metadata, as in Kafka. */
    private void alter(final Exchange exchange, final UserWishes wishes) {
        final AlterUserScramCredentialsResponseData response = new AlterUserScramCredentialsResponseData();
        final List<AlterUserScramCredentialsResult> good = new ArrayList<>();
        final List<MetadataCommands.Part> parts = new ArrayList<>();
        wishes.changes().forEach((name, change) -> {
            good.add(result(name, ApiError.NONE));
            parts.add((target, offset) -> MetadataCommands.alterConfig(
                    target, offset, ResourceType.USER, name, List.of(change), false, false));
        });
        response.results().addAll(good);
        wishes.errors().forEach((name, error) -> response.results().add(result(name, error)));
        CommandBatch.sendTogether(core, buffer, parts, (refused, message) -> {
            if (refused != Errors.NONE) {
                good.forEach(each -> each.setErrorCode(refused.code()).setErrorMessage(message));
            }
            ColdApi.respond(exchange, response);
        });
    }

    private static AlterUserScramCredentialsResult result(final String name, final ApiError error) {
        return new AlterUserScramCredentialsResult()
                .setUser(name)
                .setErrorCode(error.error().code())
                .setErrorMessage(error.message());
    }
}
