package io.millrace.net.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.millrace.net.socket.Transport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a warm core thread allocates from readable socket to answer sent: NIO included, less than a byte a request. */
@Timeout(120)
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What the core's sockets are on. */
    protected Transport transport() {
        return LoopbackCore.nio();
    }

    @Test
    void shouldNotAllocateForSmallRequests() throws IOException {
        assertThat(bytesPerRequest(100, 100_000, 50)).isLessThan(1.0);
    }

    @Test
    void shouldNotAllocateWhenItSleepsBetweenRequests() throws IOException {
        assertThat(bytesPerRequest(100, 20_000, 1)).isLessThan(1.0);
    }

    @Test
    void shouldNotAllocateForLargeRequests() throws IOException {
        assertThat(bytesPerRequest(1_000_000, 1_000, 1)).isLessThan(1.0);
    }

    private double bytesPerRequest(final int frameBytes, final int requests, final int batch) throws IOException {
        final byte[] frame = new byte[frameBytes];
        frame[0] = 'e';
        try (LoopbackCore core =
                        new LoopbackCore(transport(), 64 << 20, ConnectionSettings.DEFAULTS, new EchoHandler());
                FrameClient client = new FrameClient(core)) {
            run(client, frame, requests, batch);
            final long before = THREADS.getThreadAllocatedBytes(core.thread().threadId());
            run(client, frame, requests, batch);
            final long allocated = THREADS.getThreadAllocatedBytes(core.thread().threadId()) - before;
            return (double) allocated / requests;
        }
    }

    private static void run(final FrameClient client, final byte[] frame, final int requests, final int batch)
            throws IOException {
        final byte[] framed = FrameClient.frame(frame);
        final byte[] together = new byte[framed.length * batch];
        for (int i = 0; i < batch; i++) {
            System.arraycopy(framed, 0, together, i * framed.length, framed.length);
        }
        for (int done = 0; done < requests; done += batch) {
            client.sendBytes(together);
            for (int i = 0; i < batch; i++) {
                client.readFrame();
            }
        }
    }
}
