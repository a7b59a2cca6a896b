package io.millrace.engine.sim;

import io.millrace.engine.port.Disk.OpenMode;
import io.millrace.engine.port.DiskPath;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.Entropy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** The names of a simulated data directory and what they stand for. Statuses are those of {@link DiskStatus}. */
final class SimTree {
    private final SimDirectory root = new SimDirectory();

    /** What the path stands for, or null. */
    SimNode resolve(final String path) {
        SimNode node = root;
        if (!path.isEmpty()) {
            for (final String name : path.split("/")) {
                if (!(node instanceof SimDirectory directory)) {
                    return null;
                }
                node = directory.names.get(name);
            }
        }
        return node;
    }

    /** OK if the file may be opened so; it is created where the mode says so. */
    int open(final String path, final OpenMode mode) {
        final SimNode node = resolve(path);
        if (node instanceof SimDirectory) {
            return DiskStatus.ACCESS_DENIED;
        }
        if (node != null) {
            return mode == OpenMode.CREATE_NEW ? DiskStatus.EXISTS : DiskStatus.OK;
        }
        if (mode == OpenMode.EXISTING
                || mode == OpenMode.READ_ONLY
                || !(resolve(DiskPath.parent(path)) instanceof SimDirectory parent)) {
            return DiskStatus.NOT_FOUND;
        }
        parent.add(DiskPath.name(path), new SimInode());
        return DiskStatus.OK;
    }

    int makeDirectory(final String path) {
        SimDirectory directory = root;
        for (final String name : path.split("/")) {
            final SimNode node = directory.names.get(name);
            if (node instanceof SimInode) {
                return DiskStatus.EXISTS;
            }
            final SimDirectory next = node == null ? new SimDirectory() : (SimDirectory) node;
            if (node == null) {
                directory.add(name, next);
            }
            directory = next;
        }
        return DiskStatus.OK;
    }

    int rename(final String from, final String to) {
        final SimNode node = resolve(from);
        if (node == null || !(resolve(DiskPath.parent(to)) instanceof SimDirectory target)) {
            return DiskStatus.NOT_FOUND;
        }
        final SimNode existing = resolve(to);
        if (existing instanceof SimDirectory || (existing != null && node instanceof SimDirectory)) {
            return DiskStatus.EXISTS;
        }
        ((SimDirectory) resolve(DiskPath.parent(from))).move(DiskPath.name(from), target, DiskPath.name(to));
        return DiskStatus.OK;
    }

    int unlink(final String path) {
        final SimNode node = resolve(path);
        if (node == null) {
            return DiskStatus.NOT_FOUND;
        }
        if (node instanceof SimDirectory directory && !directory.names.isEmpty()) {
            return DiskStatus.EXISTS;
        }
        ((SimDirectory) resolve(DiskPath.parent(path))).remove(DiskPath.name(path));
        return DiskStatus.OK;
    }

    /** The names, sorted, or null if there is no such directory. */
    List<String> list(final String path) {
        return resolve(path) instanceof SimDirectory directory ? new ArrayList<>(directory.names.keySet()) : null;
    }

    int syncDirectory(final String path) {
        if (!(resolve(path) instanceof SimDirectory directory)) {
            return DiskStatus.NOT_FOUND;
        }
        directory.sync();
        return DiskStatus.OK;
    }

    /** All files by path, in the order of their names. */
    void forEachFile(final BiConsumer<String, SimInode> consumer) {
        forEachFile(root, "", consumer);
    }

    /** Names that are not durable come true up to some moment in each directory; then every file that is left. */
    void powerLoss(final Entropy entropy, final SimDiskStats stats) {
        final List<SimDirectory> directories = new ArrayList<>();
        collect(root, directories);
        for (final SimDirectory directory : directories) {
            directory.surviving(entropy.nextInt(directory.unsyncedCount() + 1));
        }
        boolean cut = true;
        while (cut) {
            cut = false;
            for (final SimDirectory directory : directories) {
                cut |= directory.cutAtHalfMove();
            }
        }
        for (final SimDirectory directory : directories) {
            stats.namesDropped += directory.powerLoss();
        }
        forEachFile((path, file) -> file.powerLoss(entropy, stats));
    }

    /** Every directory that is there or may come back, each once. */
    private static void collect(final SimDirectory directory, final List<SimDirectory> directories) {
        if (directories.contains(directory)) {
            return;
        }
        directories.add(directory);
        for (final SimNode node : directory.names.values()) {
            if (node instanceof SimDirectory child) {
                collect(child, directories);
            }
        }
        for (final SimNode node : directory.durable().values()) {
            if (node instanceof SimDirectory child) {
                collect(child, directories);
            }
        }
    }

    private static void forEachFile(
            final SimDirectory directory, final String prefix, final BiConsumer<String, SimInode> consumer) {
        for (final Map.Entry<String, SimNode> entry : directory.names.entrySet()) {
            final String path = prefix + entry.getKey();
            switch (entry.getValue()) {
                case SimInode file -> consumer.accept(path, file);
                case SimDirectory child -> forEachFile(child, path + "/", consumer);
            }
        }
    }
}
