package io.millrace.engine.settings;

import static io.millrace.engine.settings.SettingType.INT;

/** Settings of clients' quotas, under Kafka's names and with its defaults. Entered into the brokers' table. */
public final class QuotaSettings {
    public static final Setting WINDOW_NUM = Setting.broker(
                    "quota.window.num",
                    INT,
                    "11",
                    "Of so many windows, less one, a client that took less than its rate may catch up.")
            .check(ValueCheck.atLeast(1));
    public static final Setting WINDOW_SIZE_SECONDS = Setting.broker(
                    "quota.window.size.seconds",
                    INT,
                    "1",
                    "Length of such a window. A new client may take as much ahead as its rate gives in a tenth of one; for"
                            + " the time of requests, it is also the longest wait at a time.")
            .check(ValueCheck.atLeast(1));
    public static final Setting CONTROLLER_WINDOW_NUM = Setting.broker(
                    "controller.quota.window.num",
                    INT,
                    "11",
                    "Of so many windows a client's share of changes to topics may be used at once.")
            .check(ValueCheck.atLeast(1));
    public static final Setting CONTROLLER_WINDOW_SIZE_SECONDS = Setting.broker(
                    "controller.quota.window.size.seconds", INT, "1", "Length of such a window.")
            .check(ValueCheck.atLeast(1));

    private QuotaSettings() {}

    static void addTo(final SettingTable table) {
        table.add(WINDOW_NUM);
        table.add(WINDOW_SIZE_SECONDS);
        table.add(CONTROLLER_WINDOW_NUM);
        table.add(CONTROLLER_WINDOW_SIZE_SECONDS);
    }
}
