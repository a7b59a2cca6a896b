package io.millrace.engine.os;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The real disk as it works where the C library cannot be linked. */
class ChannelDiskContractTest extends DiskContract {
    @TempDir
    Path directory;

    private DiskCompanion companion;

    @Override
    protected Disk newDisk() {
        companion = new DiskCompanion(directory, 1, FileIo::ofChannel);
        return new OsDisk(companion, () -> {});
    }

    @Override
    protected void closeDisk() {
        companion.close();
    }
}
