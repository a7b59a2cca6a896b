package io.millrace.tools.it.support;

/** Starts the broker that the suite is about: Millrace, or with -Dmillrace.it.broker=kafka the reference itself. */
public final class Brokers {
    private Brokers() {}

    public static boolean areMillrace() {
        return !"kafka".equals(System.getProperty("millrace.it.broker"));
    }

    public static BrokerUnderTest launch(final BrokerOptions options) {
        return areMillrace() ? MillraceBroker.launch(options) : ApacheKafkaBroker.launch(options);
    }

    public static BrokerUnderTest launch() {
        return launch(BrokerOptions.defaults());
    }
}
