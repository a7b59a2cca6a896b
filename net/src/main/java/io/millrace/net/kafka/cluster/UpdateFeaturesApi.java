package io.millrace.net.kafka.cluster;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.ConfigChange;
import io.millrace.engine.metadata.Feature;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.metadata.ResourceType;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.admin.CommandBatch;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.api.WireErrors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.ExpandableArrayBuffer;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData.UpdatableFeatureResult;
import org.apache.kafka.common.protocol.Errors;

/** UpdateFeatures: how far the cluster goes with what came later, up or down; all of a request or nothing of it. */
final class UpdateFeaturesApi {
    private static final byte UPGRADE = 1;
    private static final byte SAFE_DOWNGRADE = 2;
    private static final byte UNSAFE_DOWNGRADE = 3;
    private static final short RESULTS_UNTIL = 1;

    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    private final Core core;

    UpdateFeaturesApi(final Core core) {
        this.core = core;
    }

    void handle(final Exchange exchange, final RequestHeader header, final UpdateFeaturesRequestData request) {
        final UpdateFeaturesResponseData response = new UpdateFeaturesResponseData().setErrorMessage(null);
        // The last one counts of those that name the same.
        final Map<String, FeatureUpdateKey> updates = new HashMap<>();
        request.featureUpdates().forEach(update -> updates.put(update.feature(), update));
        final String complaint = complaint(header, updates);
        if (complaint != null) {
            refuse(response, Errors.INVALID_UPDATE_VERSION, complaint);
            ColdApi.respond(exchange, response);
            return;
        }
        final CommandBatch batch = new CommandBatch(core, () -> {
            if (response.errorCode() == Errors.NONE.code() && header.version() <= RESULTS_UNTIL) {
                request.featureUpdates()
                        .forEach(update -> response.results()
                                .add(new UpdatableFeatureResult()
                                        .setFeature(update.feature())
                                        .setErrorMessage(Errors.NONE.message())));
            }
            ColdApi.respond(exchange, response);
        });
        if (!request.validateOnly() && !updates.isEmpty()) {
            send(batch, updates, response);
        }
        batch.end();
    }

    private void send(
            final CommandBatch batch,
            final Map<String, FeatureUpdateKey> updates,
            final UpdateFeaturesResponseData response) {
        final List<ConfigChange> changes = new ArrayList<>();
        for (final FeatureUpdateKey update : updates.values()) {
            changes.add(new ConfigChange(
                    ConfigChange.Operation.SET, update.feature(), Short.toString(update.maxVersionLevel())));
        }
        final int length =
                MetadataCommands.alterConfig(buffer, 0, ResourceType.FEATURES, Feature.RESOURCE, changes, false, false);
        batch.send(buffer, length, (outcome, first, second, message) -> {
            final Errors error = WireErrors.of(outcome);
            if (error != Errors.NONE) {
                refuse(response, error, message);
            }
        });
    }

    private static void refuse(final UpdateFeaturesResponseData response, final Errors error, final String message) {
        response.setErrorCode(error.code())
                .setErrorMessage(
                        "The update failed for all features since the following feature had an error: " + message);
    }

    /** What is wrong with the first that is wrong, in the order in which Kafka looks. */
    private String complaint(final RequestHeader header, final Map<String, FeatureUpdateKey> updates) {
        for (final FeatureUpdateKey update : updates.values()) {
            final String complaint = complaint(header.listener().controllerId(), update);
            if (complaint != null) {
                return "Invalid update version " + update.maxVersionLevel() + " for feature " + update.feature() + ". "
                        + complaint;
            }
        }
        return null;
    }

    private String complaint(final int controllerId, final FeatureUpdateKey update) {
        final Feature feature = Feature.of(update.feature());
        final byte how = update.upgradeType();
        final short level = update.maxVersionLevel();
        if (how != UPGRADE && how != SAFE_DOWNGRADE && how != UNSAFE_DOWNGRADE) {
            return "The controller does not support the given upgrade type.";
        }
        if (level < 0) {
            return "A feature version cannot be less than 0.";
        }
        if (feature == null) {
            return level == 0
                    ? "Feature " + update.feature() + " not found."
                    : "Local controller " + controllerId + " does not support this feature.";
        }
        if (level > feature.levelMax()) {
            return "Local controller " + controllerId + " only supports versions 0-" + feature.levelMax();
        }
        final short current = feature.level(core.image());
        if (level < current && how == UPGRADE) {
            return "Can't downgrade the version of this feature without setting the upgrade type to either safe or"
                    + " unsafe downgrade.";
        }
        return level > current && how != UPGRADE ? "Can't downgrade to a newer version." : null;
    }
}
