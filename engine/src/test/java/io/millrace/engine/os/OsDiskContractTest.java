package io.millrace.engine.os;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class OsDiskContractTest extends DiskContract {
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
}
