package io.millrace.engine.share;

/** What a member says of a record; the numbers are the protocol's. */
public final class AcknowledgeType {
    /** There is no record at this offset. */
    public static final byte GAP = 0;

    public static final byte ACCEPT = 1;
    /** Somebody may try it again. */
    public static final byte RELEASE = 2;

    public static final byte REJECT = 3;
    /** The member is not done yet, and wants more time. */
    public static final byte RENEW = 4;

    private AcknowledgeType() {}
}
