package io.millrace.engine.settings;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** What the text of a setting stands for. Texts are trimmed, as Kafka does. */
public enum SettingType {
    BOOLEAN("true or false") {
        @Override
        Object parse(final String text) {
            return switch (text.trim().toLowerCase(Locale.ROOT)) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new IllegalArgumentException("Expected value to be either true or false");
            };
        }
    },
    INT("a whole number of 32 bits") {
        @Override
        Object parse(final String text) {
            try {
                return Integer.parseInt(text.trim());
            } catch (final NumberFormatException e) {
                throw new IllegalArgumentException("Not a number of type INT", e);
            }
        }
    },
    LONG("a whole number of 64 bits") {
        @Override
        Object parse(final String text) {
            try {
                return Long.parseLong(text.trim());
            } catch (final NumberFormatException e) {
                throw new IllegalArgumentException("Not a number of type LONG", e);
            }
        }
    },
    DOUBLE("a number") {
        @Override
        Object parse(final String text) {
            try {
                return Double.parseDouble(text.trim());
            } catch (final NumberFormatException e) {
                throw new IllegalArgumentException("Not a number of type DOUBLE", e);
            }
        }
    },
    STRING("text") {
        @Override
        Object parse(final String text) {
            return text.trim();
        }
    },
    /** Values separated by commas; no text, no value. */
    LIST("a list, separated by commas") {
        @Override
        Object parse(final String text) {
            final String trimmed = text.trim();
            if (trimmed.isEmpty()) {
                return List.of();
            }
            final List<String> values = new ArrayList<>();
            for (final String value : trimmed.split(",", -1)) {
                values.add(value.trim());
            }
            return Collections.unmodifiableList(values);
        }
    };

    private final String description;

    SettingType(final String description) {
        this.description = description;
    }

    public String description() {
        return description;
    }

    /** @throws IllegalArgumentException saying what was expected */
    abstract Object parse(String text);
}
