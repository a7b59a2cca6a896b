package io.millrace.tools.it.compat;

import org.apache.kafka.common.protocol.ApiKeys;

/** Questions about one API, put once for each of its versions. */
record Script(ApiKeys api, int from, int to, Play play) {
    /** Puts the questions of one version. */
    @FunctionalInterface
    interface Play {
        void run(Twins twins);
    }
}
