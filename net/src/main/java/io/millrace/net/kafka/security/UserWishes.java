package io.millrace.net.kafka.security;

import io.millrace.engine.metadata.ConfigChange;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.ResourceType;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialDeletion;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialUpsertion;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;

/** Sorts the wishes of one request about users' credentials: what is to be done, and what is wrong, each by user. */
final class UserWishes {
    private static final int ITERATIONS_MAX = 16_384;

    /** In the order in which Kafka answers. */
    private final Map<String, ScramCredentialDeletion> deletions = new HashMap<>();

    private final Map<String, ScramCredentialUpsertion> upsertions = new HashMap<>();
    private final Map<String, ApiError> errors = new HashMap<>();
    private final Map<String, ConfigChange> changes = new LinkedHashMap<>();

    UserWishes(final MetadataImage image, final AlterUserScramCredentialsRequestData request) {
        for (final ScramCredentialDeletion deletion : request.deletions()) {
            if (!errors.containsKey(deletion.name())) {
                sort(image, deletion);
            }
        }
        for (final ScramCredentialUpsertion upsertion : request.upsertions()) {
            if (!errors.containsKey(upsertion.name())) {
                sort(upsertion);
            }
        }
    }

    private void sort(final MetadataImage image, final ScramCredentialDeletion deletion) {
        final String name = deletion.name();
        final ScramMechanism mechanism = ScramMechanism.fromType(deletion.mechanism());
        final ApiError complaint = complaint(name, mechanism);
        if (deletions.remove(name) != null) {
            errors.put(name, twice());
        } else if (complaint != null) {
            errors.put(name, complaint);
        } else if (!image.overrides(ResourceType.USER, name).containsKey(mechanism.mechanismName())) {
            errors.put(
                    name,
                    new ApiError(Errors.RESOURCE_NOT_FOUND, "Attempt to delete a user credential that does not exist"));
        } else {
            deletions.put(name, deletion);
        }
    }

    private void sort(final ScramCredentialUpsertion upsertion) {
        final String name = upsertion.name();
        final ApiError complaint = complaint(upsertion);
        if (deletions.remove(name) != null || upsertions.remove(name) != null) {
            errors.put(name, twice());
        } else if (complaint != null) {
            errors.put(name, complaint);
        } else {
            upsertions.put(name, upsertion);
        }
    }

    private static ApiError twice() {
        return new ApiError(Errors.DUPLICATE_RESOURCE, "A user credential cannot be altered twice in the same request");
    }

    private static ApiError complaint(final ScramCredentialUpsertion upsertion) {
        final ScramMechanism mechanism = ScramMechanism.fromType(upsertion.mechanism());
        final ApiError complaint = complaint(upsertion.name(), mechanism);
        if (complaint != null) {
            return complaint;
        }
        final int iterationsMin = org.apache.kafka.common.security.scram.internals.ScramMechanism.forMechanismName(
                        mechanism.mechanismName())
                .minIterations();
        if (upsertion.iterations() < iterationsMin) {
            return new ApiError(Errors.UNACCEPTABLE_CREDENTIAL, "Too few iterations");
        }
        return upsertion.iterations() > ITERATIONS_MAX
                ? new ApiError(Errors.UNACCEPTABLE_CREDENTIAL, "Too many iterations")
                : null;
    }

    private static ApiError complaint(final String name, final ScramMechanism mechanism) {
        if (name.isEmpty()) {
            return new ApiError(Errors.UNACCEPTABLE_CREDENTIAL, "Username must not be empty");
        }
        return mechanism == ScramMechanism.UNKNOWN
                ? new ApiError(Errors.UNSUPPORTED_SASL_MECHANISM, "Unknown SCRAM mechanism")
                : null;
    }

    /** Makes of each good wish a change to the metadata; on any thread, once. */
    void derive() {
        deletions.forEach((name, deletion) -> changes.put(
                name, new ConfigChange(ConfigChange.Operation.DELETE, mechanism(deletion.mechanism()), null)));
        upsertions.forEach((name, upsertion) -> {
            final String mechanism = mechanism(upsertion.mechanism());
            try {
                final String text = Credentials.text(
                        mechanism, upsertion.salt(), upsertion.saltedPassword(), upsertion.iterations());
                changes.put(name, new ConfigChange(ConfigChange.Operation.SET, mechanism, text));
            } catch (final GeneralSecurityException | IllegalArgumentException e) {
                // No key can be made of nothing.
                errors.put(name, ApiError.fromThrowable(e));
            }
        });
    }

    private static String mechanism(final byte type) {
        return ScramMechanism.fromType(type).mechanismName();
    }

    Map<String, ConfigChange> changes() {
        return changes;
    }

    Map<String, ApiError> errors() {
        return errors;
    }
}
