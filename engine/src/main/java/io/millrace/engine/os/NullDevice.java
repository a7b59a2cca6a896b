package io.millrace.engine.os;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Where the kernel drops pages that are sent there, without looking at their bytes. Open as long as the process runs. */
final class NullDevice {
    private static final FileChannel CHANNEL = open();

    /** {@link FileIo#NO_DESCRIPTOR} where there is no such device. */
    static final int DESCRIPTOR = CHANNEL == null ? FileIo.NO_DESCRIPTOR : ChannelInternals.descriptorOf(CHANNEL);

    private NullDevice() {}

    private static FileChannel open() {
        try {
            return FileChannel.open(Path.of("/dev/null"), StandardOpenOption.WRITE);
        } catch (final IOException none) {
            return null;
        }
    }
}
