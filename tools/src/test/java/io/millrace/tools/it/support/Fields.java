package io.millrace.tools.it.support;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** A generated message as sorted lines of path and value, so that two answers can be laid side by side. */
public final class Fields {
    /** Elements of a collection are named by these fields rather than by their place, which means nothing. */
    private static final List<String> KEYS = List.of(
            "name",
            "topicName",
            "topic",
            "topicId",
            "partitionIndex",
            "partition",
            "partitionId",
            "nodeId",
            "brokerId",
            "apiKey",
            "resourceName",
            "user",
            "mechanism",
            "entity",
            "entityType",
            "key",
            "batchIndex");

    private Fields() {}

    public static Map<String, String> of(final Message message) {
        final Map<String, String> fields = new TreeMap<>();
        add("", message, fields);
        return fields;
    }

    private static void add(final String path, final Object value, final Map<String, String> fields) {
        if (value instanceof Message message) {
            addMessage(path, message, fields);
        } else if (value instanceof Collection<?> collection) {
            addCollection(path, collection, fields);
        } else if (value instanceof MemoryRecords records) {
            Batches.describe(records.buffer()).forEach((place, text) -> fields.put(path + place, text));
        } else if (value instanceof byte[] bytes) {
            fields.put(path, java.util.HexFormat.of().formatHex(bytes));
        } else if (value instanceof ByteBuffer buffer) {
            fields.put(path, "buffer of " + buffer.remaining());
        } else {
            fields.put(path, Objects.toString(value));
        }
    }

    private static void addMessage(final String path, final Message message, final Map<String, String> fields) {
        for (final Field field : message.getClass().getDeclaredFields()) {
            final boolean isData = !Modifier.isStatic(field.getModifiers())
                    && !field.getName().startsWith("_")
                    && !field.getName().equals("next")
                    && !field.getName().equals("prev");
            if (isData) {
                add(path.isEmpty() ? field.getName() : path + "." + field.getName(), read(field, message), fields);
            }
        }
    }

    private static void addCollection(
            final String path, final Collection<?> collection, final Map<String, String> fields) {
        final List<Object> elements = new ArrayList<>(collection);
        final boolean keyed = !elements.isEmpty()
                && elements.get(0) instanceof Message
                && !key((Message) elements.get(0)).isEmpty();
        if (keyed) {
            elements.sort(Comparator.comparing(element -> key((Message) element)));
        }
        fields.put(path + ".size", Integer.toString(elements.size()));
        String before = null;
        for (int i = 0; i < elements.size(); i++) {
            String label = keyed ? key((Message) elements.get(i)) : Integer.toString(i);
            final String twin = label;
            label = label.equals(before) ? label + "#" + i : label;
            before = twin;
            add(path + "[" + label + "]", elements.get(i), fields);
        }
    }

    private static String key(final Message message) {
        final StringBuilder key = new StringBuilder();
        for (final String field : KEYS) {
            try {
                final Object value = read(message.getClass().getDeclaredField(field), message);
                if (value != null
                        && !value.toString().isEmpty()
                        && !value.equals(org.apache.kafka.common.Uuid.ZERO_UUID)) {
                    final Object name = value instanceof Collection<?> parts
                            ? parts.stream().map(Object::toString).sorted().toList()
                            : value;
                    return key.append(name).toString();
                }
            } catch (final NoSuchFieldException e) {
                continue;
            }
        }
        return key.toString();
    }

    private static Object read(final Field field, final Object owner) {
        try {
            field.setAccessible(true);
            return field.get(owner);
        } catch (final IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
