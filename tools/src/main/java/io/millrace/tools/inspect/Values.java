package io.millrace.tools.inspect;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/** Values that text and JSON write differently, beside numbers, booleans and strings. */
final class Values {
    /** Milliseconds since the epoch, negative for none. */
    record Timestamp(long ms) {
        String text() {
            return ms < 0 ? "-" : ms > 253_402_300_799_999L ? Long.toString(ms) : iso(ms);
        }

        private static String iso(final long ms) {
            final String iso = Instant.ofEpochMilli(ms).toString();
            return switch (iso.length()) {
                case 20 -> iso.substring(0, 19) + ".000Z";
                default -> iso;
            };
        }
    }

    /** A key, a value or a header's value. */
    record Bytes(byte[] bytes) {
        /** The text the bytes are, or null if they are not printable UTF-8. */
        String printable() {
            try {
                final String text = StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
                final boolean odd = text.codePoints()
                        .anyMatch(c -> (Character.isISOControl(c) && c != '\n' && c != '\t' && c != '\r')
                                || !Character.isDefined(c));
                return odd ? null : text;
            } catch (final CharacterCodingException e) {
                return null;
            }
        }

        String hex() {
            return HexFormat.of().formatHex(bytes);
        }
    }

    /** A record's header. */
    record HeaderValue(Bytes key, Bytes value) {}

    /** All headers of a record. */
    record HeaderList(List<HeaderValue> headers) {}

    private Values() {}

    static Timestamp timestamp(final long ms) {
        return new Timestamp(ms);
    }

    /** A topic's id as Kafka writes it. */
    static String topicId(final long high, final long low) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(ByteBuffer.allocate(2 * Long.BYTES)
                        .putLong(high)
                        .putLong(low)
                        .array());
    }

    /** Quoted and escaped in the manner of Java, so that every value stays on its line. */
    static String quoted(final String text) {
        final StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || c == 0x7f) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"').toString();
    }
}
