package io.millrace.engine.port;

/** The one spelling of a path on a {@link Disk}: names joined by {@code /}, none of which can leave the directory. */
public final class DiskPath {
    /** The data directory itself. */
    public static final String ROOT = "";

    private DiskPath() {}

    /**
     * Checks the path of a file or a directory below the root.
     *
     * @throws IllegalArgumentException if it is the root, absolute, or has empty or dotted names
     */
    public static String check(final String path) {
        if (path.isEmpty()) {
            throw new IllegalArgumentException("empty path: expected a name below the data directory");
        }
        int start = 0;
        for (int i = 0; i <= path.length(); i++) {
            if (i == path.length() || path.charAt(i) == '/') {
                checkName(path, start, i);
                start = i + 1;
            } else if (path.charAt(i) == '\\' || path.charAt(i) == '\0') {
                throw new IllegalArgumentException("path '" + path + "': backslash and NUL are not allowed");
            }
        }
        return path;
    }

    /** As {@link #check}, but the root is allowed. */
    public static String checkDirectory(final String path) {
        return path.isEmpty() ? path : check(path);
    }

    /** The directory that holds the path. */
    public static String parent(final String path) {
        final int slash = path.lastIndexOf('/');
        return slash < 0 ? ROOT : path.substring(0, slash);
    }

    /** The last name of the path. */
    public static String name(final String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static void checkName(final String path, final int start, final int end) {
        final int length = end - start;
        final boolean dots =
                length <= 2 && path.chars().skip(start).limit(length).allMatch(c -> c == '.');
        if (dots) {
            throw new IllegalArgumentException("path '" + path + "': expected names below the data directory");
        }
    }
}
