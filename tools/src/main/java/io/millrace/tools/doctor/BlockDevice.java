package io.millrace.tools.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The disk below the data directory.
 *
 * @param folder its folder below {@code /sys/devices}; a partition's lies in its disk's
 */
record BlockDevice(Path folder) {
    private static final String ANONYMOUS = "0:";

    /** Null if the file system has no single disk that the system knows: a network, memory, a pool of several. */
    static BlockDevice of(final Machine machine) {
        final Mount mount = Mount.of(machine, machine.dataDirectory());
        if (mount == null) {
            return null;
        }
        final boolean hasName = mount.source().startsWith("/dev/");
        final String path = mount.device().startsWith(ANONYMOUS)
                ? "sys/class/block/" + mount.source().substring(mount.source().lastIndexOf('/') + 1)
                : "sys/dev/block/" + mount.device();
        if (mount.device().startsWith(ANONYMOUS) && !hasName) {
            return null;
        }
        final Path folder = machine.files().real(path);
        return folder == null
                ? null
                : new BlockDevice(Files.isDirectory(folder.resolve("queue")) ? folder : folder.getParent());
    }

    String name() {
        return folder.getFileName().toString();
    }

    String queue(final String attribute) {
        return SystemFiles.text(folder.resolve("queue").resolve(attribute));
    }

    /** The disk itself, or the first of those that a mapped one consists of. */
    BlockDevice lowest() {
        final Path parts = folder.resolve("slaves");
        final List<String> names = SystemFiles.names(parts);
        if (names.isEmpty()) {
            return this;
        }
        try {
            return new BlockDevice(parts.resolve(names.getFirst()).toRealPath()).lowest();
        } catch (final IOException gone) {
            return this;
        }
    }
}
