package io.millrace.net.connection;

/** Takes quiet connections to the core that their requests are about. Called on the core that has them. */
public interface Relocator {
    /** Whether that core would take the connection now; asked again and again while the connection would go there. */
    boolean mayMove(Connection connection, int core);

    /**
     * Takes it there. Nothing of it is under way, neither requests nor answers nor half a frame; it is told so by
     * {@link Connections#leave}, and must not be used on this core any more.
     */
    void move(Connection connection, int core);
}
