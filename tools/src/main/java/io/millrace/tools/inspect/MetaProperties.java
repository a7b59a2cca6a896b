package io.millrace.tools.inspect;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** {@code meta.properties}, which says whose the directory is: what a start requires of it must be there. */
final class MetaProperties {
    private static final int BYTES_MAX = 1 << 20;

    private final Path file;

    MetaProperties(final Path file) {
        this.file = file;
    }

    void verify(final Consumer<Finding> findings) {
        if (Files.exists(file)) {
            final Finding wrong = damage();
            if (wrong != null) {
                findings.accept(wrong);
            }
        } else if (isOfMillrace()) {
            findings.accept(Finding.note(file, "is missing: the next start gives the directory a new cluster id"));
        }
    }

    /** What is wrong with the file, or null. */
    Finding damage() {
        final Map<String, String> values = read();
        final String version = values.get("version");
        final String wrong;
        if ("0".equals(version) && !isOfMillrace()) {
            // As Kafka wrote it while it had ZooKeeper.
            wrong = null;
        } else if (!"1".equals(version)) {
            wrong = "version is " + (version == null ? "missing" : version) + ", expected 1";
        } else if (values.getOrDefault("cluster.id", "").isEmpty()) {
            wrong = "cluster.id is missing";
        } else if (!values.getOrDefault("node.id", "").matches("\\d{1,10}")) {
            wrong = "node.id is "
                    + (values.containsKey("node.id")
                            ? "\"" + values.get("node.id") + "\", expected a number"
                            : "missing");
        } else {
            wrong = null;
        }
        return wrong == null ? null : Finding.damage(file, Finding.WHOLE_FILE, wrong);
    }

    private boolean isOfMillrace() {
        final Path parent = file.toAbsolutePath().normalize().getParent();
        return parent != null && DataDirectory.isOfMillrace(parent);
    }

    private Map<String, String> read() {
        final Map<String, String> values = new HashMap<>();
        for (final String line : new String(FileWindow.readAll(file, BYTES_MAX), StandardCharsets.UTF_8).split("\n")) {
            final int equals = line.indexOf('=');
            if (equals > 0 && line.charAt(0) != '#') {
                values.put(
                        line.substring(0, equals).strip(),
                        line.substring(equals + 1).strip());
            }
        }
        return values;
    }
}
