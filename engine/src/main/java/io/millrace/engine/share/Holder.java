package io.millrace.engine.share;

/**
 * Who holds records: a member in one of its sessions. A session that ends gives back what was handed out in it, not what
 * the member has got since in another one.
 *
 * @param staysBehind it has no say in the records once they are with another core
 */
public record Holder(String memberId, long session, boolean staysBehind) {
    public Holder(final String memberId, final long session) {
        this(memberId, session, false);
    }
}
