package io.millrace.engine.os;

import io.millrace.engine.port.DiskStatus;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;

/**
 * Maps what the operating system says to {@link DiskStatus}. Whatever says nothing about the medium (no space, quota,
 * no descriptors, no memory) is {@link DiskStatus#NO_SPACE}, which is retriable; all that is unknown is an I/O error.
 */
final class OsErrors {
    private static final int ENOENT = 2;
    private static final int ENOMEM = 12;
    private static final int EACCES = 13;
    private static final int EEXIST = 17;
    private static final int EINVAL = 22;
    private static final int ENFILE = 23;
    private static final int EMFILE = 24;
    private static final int ENOSPC = 28;
    private static final int EROFS = 30;
    private static final int ENOSYS = 38;
    private static final int EDQUOT_MAC = 69;
    private static final int EOPNOTSUPP = 95;
    private static final int EDQUOT = 122;

    private OsErrors() {}

    static int statusOf(final int errno) {
        return switch (errno) {
            case 0 -> DiskStatus.OK;
            case ENOSPC, EDQUOT, EDQUOT_MAC, ENFILE, EMFILE, ENOMEM -> DiskStatus.NO_SPACE;
            case ENOENT -> DiskStatus.NOT_FOUND;
            case EEXIST -> DiskStatus.EXISTS;
            case EACCES, EROFS -> DiskStatus.ACCESS_DENIED;
            default -> DiskStatus.IO_ERROR;
        };
    }

    /** Whether the file system says that it has no such call, which for a mere reservation is no failure. */
    static boolean isUnsupported(final int errno) {
        return errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL;
    }

    static int statusOf(final IOException e) {
        return switch (e) {
            case NoSuchFileException ignored -> DiskStatus.NOT_FOUND;
            case NotDirectoryException ignored -> DiskStatus.NOT_FOUND;
            case FileAlreadyExistsException ignored -> DiskStatus.EXISTS;
            case DirectoryNotEmptyException ignored -> DiskStatus.EXISTS;
            case AccessDeniedException ignored -> DiskStatus.ACCESS_DENIED;
            default -> statusOf(e.getMessage());
        };
    }

    private static int statusOf(final String message) {
        final String text = message == null ? "" : message.toLowerCase(Locale.ROOT);
        if (text.contains("no space left")
                || text.contains("quota exceeded")
                || text.contains("too many open files")
                || text.contains("cannot allocate memory")) {
            return DiskStatus.NO_SPACE;
        }
        if (text.contains("read-only file system")
                || text.contains("permission denied")
                || text.contains("not permitted")
                || text.contains("is a directory")) {
            return DiskStatus.ACCESS_DENIED;
        }
        if (text.contains("file exists") || text.contains("not empty")) {
            return DiskStatus.EXISTS;
        }
        if (text.contains("no such file") || text.contains("not a directory")) {
            return DiskStatus.NOT_FOUND;
        }
        return DiskStatus.IO_ERROR;
    }
}
