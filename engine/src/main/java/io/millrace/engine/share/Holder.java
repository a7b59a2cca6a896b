package io.millrace.engine.share;

/**
 * Who holds records: a member in one of its sessions. A session that ends gives back what was handed out in it, not what
 * the member has got since in another one.
 */
public record Holder(String memberId, long session) {}
