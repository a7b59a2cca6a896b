package io.millrace.perf.bench;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Results that were kept, and where they come from: figures of two machines say nothing about each other.
 *
 * @param commit of the sources that were measured
 */
public record Baseline(String date, String commit, String machine, String jdk, List<Measured> results) {
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    public Baseline {
        results = List.copyOf(results);
    }

    public static Baseline read(final Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new IllegalStateException("no baseline is kept in " + file + ": make one with --save");
        }
        return MAPPER.readValue(file.toFile(), Baseline.class);
    }

    public void write(final Path file) throws IOException {
        Files.writeString(file, MAPPER.writeValueAsString(this) + '\n');
    }

    /** In one line. */
    public String origin() {
        return date + ", commit " + commit + ", " + machine + ", " + jdk;
    }

    public boolean isOfSameMachine(final Baseline other) {
        return machine.equals(other.machine) && jdk.equals(other.jdk);
    }
}
