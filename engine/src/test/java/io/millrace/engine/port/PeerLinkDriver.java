package io.millrace.engine.port;

/** Two ends of one lane and the world between them, for {@link PeerLinkContract}. */
public interface PeerLinkDriver extends AutoCloseable {
    PeerLink left();

    PeerLink right();

    /** Lets a little time pass, without calling the links. */
    void settle();

    /** The session is lost while both ends live. */
    void loseSession();

    /** The right end's process dies at once, and another one takes its place. */
    void restartRight();

    @Override
    void close();
}
