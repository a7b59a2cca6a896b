package io.millrace.engine.sim;

import io.millrace.engine.port.PeerLink;
import io.millrace.engine.port.PeerLinkContract;
import io.millrace.engine.port.PeerLinkDriver;
import io.millrace.engine.port.SeededEntropy;

class SimPeerLinkContractTest extends PeerLinkContract {
    @Override
    protected PeerLinkDriver connect() {
        return new SimPair();
    }

    private static final class SimPair implements PeerLinkDriver {
        private final SimTime time = new SimTime();
        private final SimLane lane =
                new SimLane(time, SimLaneFaults.none().rates(100_000, 0), new SeededEntropy(42).stream("lane"));

        @Override
        public PeerLink left() {
            return lane.end(SimLane.LEFT);
        }

        @Override
        public PeerLink right() {
            return lane.end(SimLane.RIGHT);
        }

        @Override
        public void settle() {
            time.advance(100_000);
        }

        @Override
        public void loseSession() {
            lane.lose();
        }

        @Override
        public void restartRight() {
            lane.restart(SimLane.RIGHT);
        }

        @Override
        public void close() {
            left().close();
            right().close();
        }
    }
}
