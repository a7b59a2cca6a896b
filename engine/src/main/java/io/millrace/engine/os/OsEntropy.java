package io.millrace.engine.os;

import io.millrace.engine.port.SeededEntropy;
import java.security.SecureRandom;

/** Where a real broker's seed comes from. */
public final class OsEntropy {
    private OsEntropy() {}

    public static SeededEntropy fresh() {
        return new SeededEntropy(new SecureRandom().nextLong());
    }
}
