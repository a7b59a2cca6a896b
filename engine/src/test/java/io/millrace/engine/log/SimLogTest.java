package io.millrace.engine.log;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;

class SimLogTest extends LogContract {
    private final SimDiskImage image = new SimDiskImage();
    private final SimTime time = new SimTime();
    private int lives;

    @Override
    protected Disk newDisk() {
        return new SimDisk(image, time, SimDiskFaults.none().shortMoves(100_000, 100_000), new SeededEntropy(lives++));
    }

    @Override
    protected void closeDisk() {}

    @Override
    protected Disk reopenedDisk() {
        image.kill(new SeededEntropy(lives));
        return newDisk();
    }
}
