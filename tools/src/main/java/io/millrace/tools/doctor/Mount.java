package io.millrace.tools.doctor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A mounted file system, from a line of {@code /proc/self/mountinfo} (proc(5)):
 * {@code id parent major:minor root point options tag… - type source options}.
 *
 * @param options those of the mount, then those of the file system
 */
record Mount(Path point, String device, String type, String source, List<String> options) {
    private static final int FIXED_FIELDS = 6;

    /** The one that is mounted exactly there; null if none is. */
    static Mount at(final Machine machine, final String point) {
        return all(machine).stream()
                .filter(mount -> mount.point.equals(Path.of(point)))
                .reduce(null, (below, above) -> above);
    }

    /** The one that a path lies on; null if the system does not tell. */
    static Mount of(final Machine machine, final Path path) {
        final Path real = real(path);
        Mount found = null;
        for (final Mount mount : all(machine)) {
            final boolean isDeeper = found == null || mount.point.getNameCount() >= found.point.getNameCount();
            if (real.startsWith(mount.point) && isDeeper) {
                found = mount;
            }
        }
        return found;
    }

    /** As far as it exists links are followed. */
    private static Path real(final Path path) {
        try {
            return path.toRealPath();
        } catch (final IOException absent) {
            final Path parent = path.getParent();
            return parent == null ? path : real(parent).resolve(path.getFileName());
        }
    }

    private static List<Mount> all(final Machine machine) {
        final List<Mount> mounts = new ArrayList<>();
        for (final String line : machine.files().text("proc/self/mountinfo").split("\n")) {
            final String[] words = line.split(" ");
            final int dash = Arrays.asList(words).indexOf("-");
            if (dash >= FIXED_FIELDS && words.length >= dash + 3) {
                final List<String> options = new ArrayList<>(List.of(words[5].split(",")));
                if (words.length > dash + 3) {
                    options.addAll(List.of(words[dash + 3].split(",")));
                }
                final Path point = Path.of(words[4].replace("\\040", " "));
                mounts.add(new Mount(point, words[2], words[dash + 1], words[dash + 2], options));
            }
        }
        return mounts;
    }

    /** How much a tmpfs may hold: half of the memory unless it was told; −1 for any other file system. */
    long tmpfsBytes(final long memoryBytes) {
        if (!type.equals("tmpfs")) {
            return -1;
        }
        for (final String option : options) {
            if (option.startsWith("size=")) {
                return sizeOf(option.substring("size=".length()), memoryBytes);
            }
        }
        return memoryBytes / 2;
    }

    private static long sizeOf(final String text, final long memoryBytes) {
        final long number = SystemFiles.parse(text.replaceAll("[^0-9]", ""));
        return switch (text.toLowerCase(Locale.ROOT).charAt(text.length() - 1)) {
            case 'k' -> number << 10;
            case 'm' -> number << 20;
            case 'g' -> number << 30;
            case '%' -> memoryBytes / 100 * number;
            default -> number;
        };
    }
}
