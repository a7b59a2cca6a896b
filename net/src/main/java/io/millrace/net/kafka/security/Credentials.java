package io.millrace.net.kafka.security;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.scram.internals.ScramCredentialUtils;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;

/** What is kept of a SCRAM password (RFC 5802), as Kafka's text of it: neither the password nor its salted form. */
final class Credentials {
    private Credentials() {}

    static String text(final String mechanism, final byte[] salt, final byte[] saltedPassword, final int iterations)
            throws NoSuchAlgorithmException, InvalidKeyException {
        final ScramFormatter formatter = new ScramFormatter(ScramMechanism.forMechanismName(mechanism));
        return ScramCredentialUtils.credentialToString(new ScramCredential(
                salt,
                formatter.storedKey(formatter.clientKey(saltedPassword)),
                formatter.serverKey(saltedPassword),
                iterations));
    }

    static int iterations(final String text) {
        return ScramCredentialUtils.credentialFromString(text).iterations();
    }
}
