package io.millrace.net.kafka.share;

import io.millrace.engine.metadata.Feature;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.ResourceType;
import io.millrace.engine.settings.GroupSettings;
import io.millrace.engine.settings.Setting;
import io.millrace.engine.settings.ShareSettings;
import io.millrace.engine.share.ShareLimits;
import java.time.Duration;
import java.util.Map;

/**
 * What is set for a share group, by itself or by the broker's settings.
 *
 * @param limits    of what is handed out
 * @param committed whether records of transactions that are undecided or aborted are left out
 * @param reset     where a group begins whose state does not say: earliest, latest, or by_duration with a duration
 * @param deadLetterTopic where records go that nobody could work off, or empty
 * @param deadLetterCopies whether that topic gets the records themselves
 */
record GroupRulesInForce(
        ShareLimits limits, boolean committed, String reset, String deadLetterTopic, boolean deadLetterCopies) {
    static final String EARLIEST = "earliest";
    private static final String LATEST = "latest";
    private static final String BY_DURATION = "by_duration:";
    private static final short DEAD_LETTERS_SINCE = 2;
    private static final long NS_PER_MS = 1_000_000;

    static GroupRulesInForce of(final MetadataImage image, final String group) {
        final Map<String, String> own = image.overrides(ResourceType.GROUP, group);
        final String letters = own.getOrDefault(GroupSettings.DEAD_LETTER_TOPIC, "");
        return new GroupRulesInForce(
                new ShareLimits(
                        number(image, own, ShareSettings.RECORD_LOCK_DURATION_MS) * NS_PER_MS,
                        (int) number(image, own, ShareSettings.DELIVERY_COUNT_LIMIT),
                        (int) number(image, own, ShareSettings.PARTITION_RECORD_LOCKS),
                        Boolean.parseBoolean(own.getOrDefault("share.renew.acknowledge.enable", "true")
                                .trim()),
                        !letters.isEmpty() && Feature.SHARE_VERSION.level(image) >= DEAD_LETTERS_SINCE),
                "read_committed".equals(own.get("share.isolation.level")),
                own.getOrDefault("share.auto.offset.reset", LATEST),
                letters,
                Boolean.parseBoolean(own.getOrDefault(GroupSettings.DEAD_LETTER_COPIES, "false")
                        .trim()));
    }

    /** A group's own settings have the broker's names without the first word. */
    private static long number(final MetadataImage image, final Map<String, String> own, final Setting setting) {
        final String text = own.get(setting.name().substring("group.".length()));
        return text == null ? image.settings().intOf(setting) : Long.parseLong(text.trim());
    }

    int lockMs() {
        return (int) (limits.lockNs() / NS_PER_MS);
    }

    /** Before which time records are of no interest, or -1 if none is set. */
    long resetTimeMs(final long nowMs) {
        if (!reset.startsWith(BY_DURATION)) {
            return -1;
        }
        final Duration back = Duration.parse(reset.substring(BY_DURATION.length()));
        return back.compareTo(Duration.ofMillis(nowMs)) > 0 ? 0 : nowMs - back.toMillis();
    }
}
