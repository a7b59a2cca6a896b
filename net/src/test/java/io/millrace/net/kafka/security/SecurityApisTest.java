package io.millrace.net.kafka.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.ResourceType;
import io.millrace.net.kafka.node.TestClient;
import io.millrace.net.kafka.node.TestNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialDeletion;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialUpsertion;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData;
import org.apache.kafka.common.message.CreateDelegationTokenResponseData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.scram.internals.ScramCredentialUtils;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.junit.jupiter.api.Test;

class SecurityApisTest {
    private static final byte SHA_256 = 1;
    private static final int ITERATIONS = 4_096;

    private final TestNode node = new TestNode(2, 64);
    private final TestClient client = node.connect(1);
    private final byte[] salt = "salt".getBytes(StandardCharsets.UTF_8);

    private Errors set(final String user, final byte[] saltedPassword) {
        return alter(new AlterUserScramCredentialsRequestData()
                .setUpsertions(List.of(upsertion(user).setSaltedPassword(saltedPassword))));
    }

    private Errors alter(final AlterUserScramCredentialsRequestData request) {
        final var answer = client.call(request, 0, AlterUserScramCredentialsResponseData::new);
        return Errors.forCode(answer.results().getFirst().errorCode());
    }

    @Test
    void shouldKeepWhatProvesAPasswordAndNotThePassword() throws Exception {
        final ScramFormatter formatter = new ScramFormatter(ScramMechanism.SCRAM_SHA_256);
        final byte[] salted = formatter.saltedPassword("secret", salt, ITERATIONS);
        assertThat(set("alice", salted)).isEqualTo(Errors.NONE);
        for (int core = 0; core < 2; core++) {
            final String text = node.core(core)
                    .image()
                    .overrides(ResourceType.USER, "alice")
                    .get("SCRAM-SHA-256");
            final var kept = ScramCredentialUtils.credentialFromString(text);
            assertThat(kept.iterations()).isEqualTo(ITERATIONS);
            assertThat(kept.salt()).isEqualTo(salt);
            assertThat(kept.storedKey()).isEqualTo(formatter.storedKey(formatter.clientKey(salted)));
            assertThat(kept.serverKey()).isEqualTo(formatter.serverKey(salted));
        }
    }

    @Test
    void shouldForgetAUserWithTheLastCredential() {
        set("alice", new byte[32]);
        final AlterUserScramCredentialsRequestData deletion = new AlterUserScramCredentialsRequestData()
                .setDeletions(
                        List.of(new ScramCredentialDeletion().setName("alice").setMechanism(SHA_256)));
        assertThat(alter(deletion)).isEqualTo(Errors.NONE);
        assertThat(alter(deletion)).isEqualTo(Errors.RESOURCE_NOT_FOUND);
        final DescribeUserScramCredentialsRequestData all =
                new DescribeUserScramCredentialsRequestData().setUsers(null);
        assertThat(client.call(all, 0, DescribeUserScramCredentialsResponseData::new)
                        .results())
                .isEmpty();
    }

    @Test
    void shouldAlterAllOfOneRequestAtOnce() {
        set("gone", new byte[32]);
        node.run(100);
        final long before = node.core(1).image().version();
        final AlterUserScramCredentialsRequestData request = new AlterUserScramCredentialsRequestData()
                .setDeletions(
                        List.of(new ScramCredentialDeletion().setName("gone").setMechanism(SHA_256)))
                .setUpsertions(List.of(upsertion("a"), upsertion("b")));
        assertThat(client.call(request, 0, AlterUserScramCredentialsResponseData::new)
                        .results())
                .hasSize(3)
                .allMatch(result -> result.errorCode() == Errors.NONE.code());
        assertThat(node.core(1).image().version()).isEqualTo(before + 1);
        assertThat(node.core(1).image().resources(ResourceType.USER)).containsExactlyInAnyOrder("a", "b");
    }

    private ScramCredentialUpsertion upsertion(final String user) {
        return new ScramCredentialUpsertion()
                .setName(user)
                .setMechanism(SHA_256)
                .setIterations(ITERATIONS)
                .setSalt(salt)
                .setSaltedPassword(new byte[32]);
    }

    @Test
    void shouldSurviveACredentialThatCannotBeMade() {
        assertThat(set("nobody", new byte[0])).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
        assertThat(set("somebody", new byte[1])).isEqualTo(Errors.NONE);
    }

    @Test
    void shouldSurviveAnOwnerOfATokenWhoIsOfNoType() {
        final CreateDelegationTokenRequestData request = new CreateDelegationTokenRequestData()
                .setOwnerPrincipalType(null)
                .setOwnerPrincipalName("me");
        assertThat(client.call(request, 3, CreateDelegationTokenResponseData::new)
                        .errorCode())
                .isEqualTo(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code());
    }
}
