package io.millrace.engine.metadata;

/** An image in which quotas can be set. */
public final class QuotaImage {
    private final ControllerFixture node = new ControllerFixture(1);

    public MetadataImage image() {
        return node.image;
    }

    public void set(final QuotaEntity entity, final String key, final String value) {
        node.alter(ResourceType.QUOTA, entity.text(), new ConfigChange(ConfigChange.Operation.SET, key, value));
    }

    public void remove(final QuotaEntity entity, final String key) {
        node.alter(ResourceType.QUOTA, entity.text(), new ConfigChange(ConfigChange.Operation.DELETE, key, null));
    }
}
