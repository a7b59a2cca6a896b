package io.millrace.net.kafka.group;

/** The ids that heartbeats of the newer group kinds name: those that are there must not be blank. */
final class BlankIds {
    private BlankIds() {}

    /**
     * What is wrong, in Apache Kafka's words and order, or null.
     *
     * @param memberId   null where none is needed
     * @param instanceId null without one
     * @param rackId     null without one
     */
    static String complaint(final String memberId, final String groupId, final String instanceId, final String rackId) {
        if (isBlank(memberId)) {
            return "MemberId can't be empty.";
        }
        if (isBlank(groupId)) {
            return "GroupId can't be empty.";
        }
        if (isBlank(instanceId)) {
            return "InstanceId can't be empty.";
        }
        return isBlank(rackId) ? "RackId can't be empty." : null;
    }

    private static boolean isBlank(final String id) {
        return id != null && id.isBlank();
    }
}
