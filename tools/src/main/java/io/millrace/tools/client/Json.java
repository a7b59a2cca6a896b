package io.millrace.tools.client;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Maps, lists, texts, numbers, bytes as one line of JSON. Bytes that are no UTF-8 become {@code {"hex":…}}. */
final class Json {
    private Json() {}

    /** Names and values in turn. */
    static Map<String, Object> object(final Object... namesAndValues) {
        final Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            object.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return object;
    }

    static String of(final Object value) {
        final StringBuilder json = new StringBuilder();
        write(json, value);
        return json.toString();
    }

    private static void write(final StringBuilder json, final Object value) {
        switch (value) {
            case null -> json.append("null");
            case Number number -> json.append(number);
            case Boolean flag -> json.append(flag);
            case byte[] bytes -> bytes(json, bytes);
            case List<?> list -> {
                json.append('[');
                for (int i = 0; i < list.size(); i++) {
                    json.append(i == 0 ? "" : ",");
                    write(json, list.get(i));
                }
                json.append(']');
            }
            case Map<?, ?> map -> {
                json.append('{');
                String comma = "";
                for (final Map.Entry<?, ?> entry : map.entrySet()) {
                    json.append(comma);
                    string(json, entry.getKey().toString());
                    json.append(':');
                    write(json, entry.getValue());
                    comma = ",";
                }
                json.append('}');
            }
            default -> string(json, value.toString());
        }
    }

    private static void bytes(final StringBuilder json, final byte[] bytes) {
        try {
            string(
                    json,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (final CharacterCodingException notText) {
            json.append("{\"hex\":\"").append(HexFormat.of().formatHex(bytes)).append("\"}");
        }
    }

    private static void string(final StringBuilder json, final String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    if (c < 0x20 || c == 0x7f) {
                        json.append(String.format("\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }
}
