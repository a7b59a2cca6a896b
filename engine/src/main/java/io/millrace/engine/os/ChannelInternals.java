package io.millrace.engine.os;

import java.io.FileDescriptor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectableChannel;
import java.nio.file.OpenOption;

/**
 * What channels keep to themselves: their descriptors, and that an interrupt must not close a file. Needs {@code
 * java.base/sun.nio.ch} opened; without that, all works through the channels alone.
 */
final class ChannelInternals {
    /** Opens a file so that it is written past the page cache; null where the platform has no such thing. */
    static final OpenOption DIRECT = direct();

    private static final Field DESCRIPTOR = field();
    private static final Method DESCRIPTOR_VALUE = method("sun.nio.ch.IOUtil", "fdVal", FileDescriptor.class);
    private static final Method SELECTABLE_DESCRIPTOR = method("sun.nio.ch.SelChImpl", "getFDVal");
    private static final Method UNINTERRUPTIBLE = method("sun.nio.ch.FileChannelImpl", "setUninterruptible");

    private ChannelInternals() {}

    static int descriptorOf(final FileChannel channel) {
        if (DESCRIPTOR == null
                || DESCRIPTOR_VALUE == null
                || !DESCRIPTOR.getDeclaringClass().isInstance(channel)) {
            return FileIo.NO_DESCRIPTOR;
        }
        try {
            return (int) DESCRIPTOR_VALUE.invoke(null, DESCRIPTOR.get(channel));
        } catch (final ReflectiveOperationException e) {
            return FileIo.NO_DESCRIPTOR;
        }
    }

    static int descriptorOf(final SelectableChannel channel) {
        if (SELECTABLE_DESCRIPTOR == null
                || !SELECTABLE_DESCRIPTOR.getDeclaringClass().isInstance(channel)) {
            return FileIo.NO_DESCRIPTOR;
        }
        try {
            return (int) SELECTABLE_DESCRIPTOR.invoke(channel);
        } catch (final ReflectiveOperationException e) {
            return FileIo.NO_DESCRIPTOR;
        }
    }

    static void makeUninterruptible(final FileChannel channel) {
        if (UNINTERRUPTIBLE != null && UNINTERRUPTIBLE.getDeclaringClass().isInstance(channel)) {
            try {
                UNINTERRUPTIBLE.invoke(channel);
            } catch (final ReflectiveOperationException e) {
                throw new IllegalStateException("channel refuses to be uninterruptible", e);
            }
        }
    }

    /** By name: the option is the JDK's own, and naming its class is a warning that cannot be silenced. */
    private static OpenOption direct() {
        try {
            final Class<?> options = Class.forName("com.sun.nio.file.ExtendedOpenOption");
            return (OpenOption) options.getField("DIRECT").get(null);
        } catch (final ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }

    private static Field field() {
        try {
            final Field field = Class.forName("sun.nio.ch.FileChannelImpl").getDeclaredField("fd");
            field.setAccessible(true);
            return field;
        } catch (final ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }

    private static Method method(final String className, final String name, final Class<?>... parameters) {
        try {
            final Method method = Class.forName(className).getDeclaredMethod(name, parameters);
            method.setAccessible(true);
            return method;
        } catch (final ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }
}
