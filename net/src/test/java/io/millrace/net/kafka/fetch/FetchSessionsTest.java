package io.millrace.net.kafka.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.port.SeededEntropy;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FetchSessionsTest {
    private static final int SLOTS = 3;
    private static final long OLD_MS = FetchSessions.EVICTABLE_AFTER_MS + 1;

    private final FetchSessions sessions = new FetchSessions(1, 3, new SeededEntropy(42));

    @Test
    void shouldGiveEachCoreIdsOfItsOwn() {
        final Set<Integer> ids = new HashSet<>();
        for (int core = 0; core < 3; core++) {
            final FetchSessions own = new FetchSessions(core, 3, new SeededEntropy(1));
            for (int i = 0; i < 500; i++) {
                final FetchSession session = own.create(true, 1, 1000, 0);
                assertThat(session.id).isPositive();
                assertThat(session.id & 3).isEqualTo(core);
                assertThat(ids.add(session.id)).isTrue();
                assertThat(own.find(session.id)).isSameAs(session);
            }
        }
    }

    @Test
    void shouldNotOfferASessionWhileAllSlotsAreInUse() {
        for (int i = 0; i < SLOTS; i++) {
            assertThat(create(10, 0)).isNotNull();
        }
        assertThat(create(1000, 1)).isNull();
        assertThat(sessions.size()).isEqualTo(SLOTS);
    }

    @Test
    void shouldReplaceTheOneUnusedLongest() {
        final FetchSession first = create(10, 0);
        final FetchSession second = create(1, 1);
        create(1, 2);
        sessions.touch(first, first.size(), OLD_MS);
        assertThat(create(1, OLD_MS + 1)).isNotNull();
        assertThat(sessions.find(second.id)).isNull();
        assertThat(sessions.find(first.id)).isSameAs(first);
    }

    @Test
    void shouldReplaceASmallerOneThatIsOldThoughUsed() {
        final FetchSession[] old = {create(5, 0), create(4, 0), create(6, 0)};
        for (final FetchSession session : old) {
            sessions.touch(session, session.size(), OLD_MS);
        }
        assertThat(create(4, OLD_MS)).isNull();
        assertThat(create(5, OLD_MS)).isNotNull();
        assertThat(sessions.find(old[1].id)).isNull();
        assertThat(sessions.partitionCount()).isEqualTo(5 + 6 + 5);
    }

    @Test
    void shouldCountPartitions() {
        final FetchSession session = create(10, 0);
        final int before = session.size();
        session.update(SessionRequests.byName()
                .forget("topic", 3)
                .fetch("other", 1, 1)
                .fetch("other", 2, 1)
                .build());
        sessions.touch(session, before, 5);
        assertThat(sessions.partitionCount()).isEqualTo(11);
        sessions.remove(session);
        sessions.remove(session);
        assertThat(sessions.partitionCount()).isZero();
        assertThat(sessions.size()).isZero();
        assertThat(create(200_000, 6)).isNull();
    }

    private FetchSession create(final int partitions, final long nowMs) {
        final FetchSession session = sessions.create(false, partitions, SLOTS, nowMs);
        if (session != null) {
            final SessionRequests request = SessionRequests.byName();
            for (int i = 0; i < partitions; i++) {
                request.fetch("topic", i, 0);
            }
            session.update(request.build());
            sessions.touch(session, 0, nowMs);
        }
        return session;
    }
}
