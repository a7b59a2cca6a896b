package io.millrace.engine.log;

import io.millrace.engine.os.DiskCompanion;
import io.millrace.engine.os.OsDisk;
import io.millrace.engine.port.Disk;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class OsLogTest extends LogContract {
    @TempDir
    Path directory;

    private DiskCompanion companion;

    @Override
    protected Disk newDisk() {
        companion = new DiskCompanion(directory);
        return new OsDisk(companion, () -> {});
    }

    @Override
    protected void closeDisk() {
        companion.close();
    }

    @Override
    protected Disk reopenedDisk() {
        companion.close();
        return newDisk();
    }
}
