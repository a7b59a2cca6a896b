package io.millrace.net.kafka.security;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.metadata.ResourceType;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.admin.CommandBatch;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.api.WireErrors;
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

    private void alter(final Exchange exchange, final UserWishes wishes) {
        final List<AlterUserScramCredentialsResult> good = new ArrayList<>();
        final List<AlterUserScramCredentialsResult> bad = new ArrayList<>();
        final CommandBatch batch = new CommandBatch(core, () -> {
            final AlterUserScramCredentialsResponseData response = new AlterUserScramCredentialsResponseData();
            response.results().addAll(good);
            response.results().addAll(bad);
            ColdApi.respond(exchange, response);
        });
        wishes.changes().forEach((name, change) -> {
            final AlterUserScramCredentialsResult result = result(name, ApiError.NONE);
            good.add(result);
            final int length =
                    MetadataCommands.alterConfig(buffer, 0, ResourceType.USER, name, List.of(change), false, false);
            batch.send(buffer, length, (outcome, first, second, message) -> {
                final Errors error = WireErrors.of(outcome);
                result.setErrorCode(error.code()).setErrorMessage(message.isEmpty() ? error.message() : message);
                if (error == Errors.NONE) {
                    result.setErrorMessage(null);
                }
            });
        });
        wishes.errors().forEach((name, error) -> bad.add(result(name, error)));
        batch.end();
    }

    private static AlterUserScramCredentialsResult result(final String name, final ApiError error) {
        return new AlterUserScramCredentialsResult()
                .setUser(name)
                .setErrorCode(error.error().code())
                .setErrorMessage(error.message());
    }
}
