package io.millrace.tools;

import io.millrace.engine.settings.SettingException;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** Reads a configuration file in the form of Kafka's {@code server.properties}. */
final class PropertiesFile {
    private PropertiesFile() {}

    static Map<String, String> read(final Path path) {
        final Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (final NoSuchFileException e) {
            throw new SettingException("configuration file " + path + ": there is no such file");
        } catch (final CharacterCodingException e) {
            throw new SettingException("configuration file " + path + " cannot be read: it is not UTF-8 text");
        } catch (final AccessDeniedException e) {
            throw new SettingException("configuration file " + path + " cannot be read: permission denied");
        } catch (final IOException | IllegalArgumentException e) {
            throw new SettingException("configuration file " + path + " cannot be read: " + e.getMessage());
        }
        final Map<String, String> values = new TreeMap<>();
        properties
                .stringPropertyNames()
                .forEach(name -> values.put(name, properties.getProperty(name).trim()));
        return values;
    }
}
