package io.millrace.engine.sim;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskContract;
import io.millrace.engine.port.SeededEntropy;

class SimDiskContractTest extends DiskContract {
    @Override
    protected Disk newDisk() {
        return new SimDisk(new SimDiskImage(), new SimTime(), SimDiskFaults.none(), new SeededEntropy(1));
    }

    @Override
    protected void closeDisk() {}
}
