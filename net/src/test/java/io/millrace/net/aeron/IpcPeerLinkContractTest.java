package io.millrace.net.aeron;

import io.millrace.engine.port.PeerLinkContract;
import io.millrace.engine.port.PeerLinkDriver;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class IpcPeerLinkContractTest extends PeerLinkContract {
    private static EmbeddedDriver driver;

    @BeforeAll
    static void launch() {
        driver = new EmbeddedDriver(new EmbeddedDriverContext());
    }

    @AfterAll
    static void end() {
        driver.close();
    }

    @Override
    protected PeerLinkDriver connect() {
        return new AeronPair(driver, EmbeddedDriver.ipcChannel(), EmbeddedDriver.ipcChannel());
    }
}
