package io.millrace.tools.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.CompatibilityReference;
import io.millrace.tools.it.support.Project;
import io.millrace.tools.it.support.RawConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What the documentation says of compatibility is what a broker says of itself, and what these tests run. */
class CompatibilityReferenceIT {
    private static final Path FILE = Project.HOME.resolve("docs/compatibility.md");
    private static final int API_VERSIONS = 4;

    @Test
    void shouldBeWhatTheBrokerAdvertises() throws IOException {
        Assumptions.assumeTrue(Brokers.areMillrace());
        final boolean isWritten = Boolean.getBoolean("millrace.docs.write");
        final String expected =
                CompatibilityReference.markdown(advertised(), isWritten ? null : Files.readString(FILE));
        if (isWritten) {
            Files.writeString(FILE, expected);
        }
        assertThat(Files.readString(FILE))
                .as("docs/compatibility.md is stale; run this test with -Dmillrace.docs.write=true")
                .isEqualTo(expected);
    }

    private static ApiVersionsResponseData advertised() {
        try (BrokerUnderTest broker = Brokers.launch();
                RawConnection connection = new RawConnection(broker)) {
            return connection.call(
                    new ApiVersionsRequestData().setClientSoftwareName("test").setClientSoftwareVersion("1"),
                    API_VERSIONS,
                    ApiVersionsResponseData.class);
        }
    }
}
