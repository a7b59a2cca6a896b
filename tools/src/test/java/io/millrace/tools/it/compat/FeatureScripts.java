package io.millrace.tools.it.compat;

import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;

/** Which level of a protocol's newer parts is in force. Puts back what it changes. */
final class FeatureScripts {
    private static final String GROUP = "group.version";
    private static final String TRANSACTION = "transaction.version";
    private static final String SHARE = "share.version";
    private static final byte UPGRADE = 1;
    private static final byte SAFE_DOWNGRADE = 2;
    private static final byte UNSAFE_DOWNGRADE = 3;
    private static final short API_VERSIONS = 4;
    private static final short UPDATE_FEATURES = 1;

    private FeatureScripts() {}

    static void update(final Twins twins) {
        for (final String feature : new String[] {GROUP, TRANSACTION, SHARE, "no.such.feature", ""}) {
            for (final int level : new int[] {-1, 0, 1, 2, 3, 999}) {
                for (final byte how : new byte[] {UPGRADE, SAFE_DOWNGRADE, UNSAFE_DOWNGRADE, 0, 4}) {
                    twins.ask(
                            "validate " + feature + "=" + level + " by " + how,
                            party -> update(feature, level, how).setValidateOnly(true));
                }
            }
        }
        twins.ask("what is in force", party -> update(GROUP, 1, UPGRADE));
        twins.ask("an unknown feature", party -> update("no.such.feature", 1, UPGRADE));
        twins.ask("above", party -> update(GROUP, 77, UPGRADE));
        twins.ask("below", party -> update(GROUP, -1, UPGRADE));
        twins.ask("two", party -> {
            final UpdateFeaturesRequestData request = update(GROUP, 1, UPGRADE);
            update(TRANSACTION, 2, UPGRADE)
                    .featureUpdates()
                    .forEach(each -> request.featureUpdates().add(each.duplicate()));
            return request;
        });
        twins.ask("one good, one bad", party -> {
            final UpdateFeaturesRequestData request = update(GROUP, 1, UPGRADE);
            update(TRANSACTION, 9, UPGRADE)
                    .featureUpdates()
                    .forEach(each -> request.featureUpdates().add(each.duplicate()));
            return request;
        });
        twins.ask("nothing", party -> new UpdateFeaturesRequestData());
        twins.ask("in no time", party -> update(GROUP, 1, UPGRADE).setTimeoutMs(0));
        down(twins, GROUP, 0);
        down(twins, TRANSACTION, 1);
        down(twins, TRANSACTION, 0);
        down(twins, SHARE, 1);
        up(twins, TRANSACTION, 2);
        up(twins, GROUP, 1);
        up(twins, SHARE, 2);
    }

    private static void down(final Twins twins, final String feature, final int level) {
        twins.ask(feature + " down to " + level + " as if up", party -> update(feature, level, UPGRADE));
        twins.ask(feature + " down to " + level, party -> downgrade(twins, feature, level));
        finalized(twins, feature, level);
        twins.ask(feature + " down to where it is", party -> downgrade(twins, feature, level));
    }

    private static void up(final Twins twins, final String feature, final int level) {
        twins.ask(feature + " up to " + level + " as if down", party -> downgrade(twins, feature, level));
        twins.ask(feature + " up to " + level, party -> update(feature, level, UPGRADE));
        finalized(twins, feature, level);
    }

    /** In the midst of another API's script. */
    static void put(final Twins twins, final String feature, final int level) {
        twins.ask(
                feature + " to " + level,
                UPDATE_FEATURES,
                party -> update(feature, level, level == 0 ? SAFE_DOWNGRADE : UPGRADE));
        twins.each(party -> await(party, feature, level));
    }

    /** Apache Kafka's broker learns of it a moment later. */
    private static void finalized(final Twins twins, final String feature, final int level) {
        if (twins.version() > 0) {
            twins.each(party -> await(party, feature, level));
        }
        twins.ask(
                feature + " in force",
                API_VERSIONS,
                party -> new ApiVersionsRequestData()
                        .setClientSoftwareName("test")
                        .setClientSoftwareVersion("1"));
    }

    private static void await(final Party party, final String feature, final int level) {
        for (int attempt = 0; attempt < 300 && level(party, feature) != level; attempt++) {
            Twins.pause();
        }
    }

    private static int level(final Party party, final String feature) {
        final ApiVersionsResponseData answer = party.call(
                new ApiVersionsRequestData().setClientSoftwareName("test").setClientSoftwareVersion("1"),
                API_VERSIONS,
                ApiVersionsResponseData.class);
        final var found = answer.finalizedFeatures().find(feature);
        return found == null ? 0 : found.maxVersionLevel();
    }

    /** Of old, leave to go down could be given, and was not heeded. */
    private static UpdateFeaturesRequestData downgrade(final Twins twins, final String feature, final int level) {
        final boolean isOld = twins.version() == 0;
        final UpdateFeaturesRequestData request = update(feature, level, isOld ? UPGRADE : SAFE_DOWNGRADE);
        request.featureUpdates().iterator().next().setAllowDowngrade(isOld);
        return request;
    }

    private static UpdateFeaturesRequestData update(final String feature, final int level, final byte how) {
        final UpdateFeaturesRequestData request = new UpdateFeaturesRequestData().setTimeoutMs(10_000);
        request.featureUpdates()
                .add(new FeatureUpdateKey()
                        .setFeature(feature)
                        .setMaxVersionLevel((short) level)
                        .setUpgradeType(how));
        return request;
    }
}
