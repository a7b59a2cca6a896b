package io.millrace.net.connection;

/**
 * Takes quiet connections to the core that their requests are about, and away from one that is overloaded. Called on
 * the core that has them.
 */
public interface Relocator {
    int NOWHERE = -1;

    /** Whether that core would take the connection now; asked again and again while the connection would go there. */
    boolean mayMove(Connection connection, int core);

    /**
     * Takes it there. Nothing of it is under way, neither requests nor answers nor half a frame; it is told so by
     * {@link Connections#leave}, and must not be used on this core any more.
     */
    void move(Connection connection, int core);

    /**
     * A core with little to do that takes the connection now since this one has too much, or {@link #NOWHERE}. Asked
     * again and again; an answer other than that counts as a move.
     */
    int refuge(Connection connection);
}
