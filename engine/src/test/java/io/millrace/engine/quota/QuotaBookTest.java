package io.millrace.engine.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.QuotaEntity;
import io.millrace.engine.metadata.QuotaImage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whose quota counts for whom. */
class QuotaBookTest {
    private static final String ANY = QuotaEntity.DEFAULT;

    private final QuotaImage image = new QuotaImage();
    private final QuotaBook book = new QuotaBook(image.image());

    private QuotaBook.Limit limit(final String user, final String clientId) {
        return book.limit(QuotaKind.PRODUCE, user, clientId);
    }

    @Test
    void shouldTakeTheNearestInKafkasOrder() {
        final List<QuotaEntity> farToNear = List.of(
                new QuotaEntity(null, ANY, null),
                new QuotaEntity(null, "c", null),
                new QuotaEntity(ANY, null, null),
                new QuotaEntity(ANY, ANY, null),
                new QuotaEntity(ANY, "c", null),
                new QuotaEntity("u", null, null),
                new QuotaEntity("u", ANY, null),
                new QuotaEntity("u", "c", null));
        assertThat(limit("u", "c")).isNull();
        double rate = 1;
        for (final QuotaEntity entity : farToNear) {
            image.set(entity, "producer_byte_rate", Double.toString(rate));
            assertThat(limit("u", "c").unitsPerSecond()).as(entity.text()).isEqualTo(rate++);
        }
        assertThat(book.limit(QuotaKind.FETCH, "u", "c")).isNull();
    }

    @Test
    void shouldTellWhetherAnyClientHasOne() {
        final String rate = "producer_byte_rate";
        assertThat(book.hasClients()).isFalse();
        image.set(new QuotaEntity(null, null, "10.0.0.1"), "connection_creation_rate", "7");
        image.set(new QuotaEntity(null, null, ANY), "connection_creation_rate", "7");
        assertThat(book.hasClients()).isFalse();
        for (final QuotaEntity entity : List.of(
                new QuotaEntity(null, ANY, null),
                new QuotaEntity(null, "zebra", null),
                new QuotaEntity(ANY, null, null),
                new QuotaEntity("a", "c", null))) {
            image.set(entity, rate, "7");
            assertThat(book.hasClients()).as(entity.text()).isTrue();
            image.remove(entity, rate);
            assertThat(book.hasClients()).as(entity.text()).isFalse();
        }
    }

    @Test
    void shouldGiveEachNameItsOwnShareOfADefault() {
        image.set(new QuotaEntity(null, ANY, null), "producer_byte_rate", "7");
        assertThat(limit("u", "a").key()).isEqualTo(limit("v", "a").key());
        assertThat(limit("u", "a").key()).isNotEqualTo(limit("u", "b").key());
    }

    @Test
    void shouldHaveAUsersClientsShareWhatTheUserHas() {
        image.set(new QuotaEntity(ANY, null, null), "producer_byte_rate", "7");
        assertThat(limit("u", "a").key()).isEqualTo(limit("u", "b").key());
        assertThat(limit("u", "a").key()).isNotEqualTo(limit("v", "a").key());
    }

    @Test
    void shouldKnowOddNamesApart() {
        final List<Long> keys = new ArrayList<>();
        image.set(new QuotaEntity(ANY, ANY, null), "producer_byte_rate", "7");
        image.set(new QuotaEntity(ANY, null, null), "producer_byte_rate", "7");
        image.set(new QuotaEntity(null, ANY, null), "producer_byte_rate", "7");
        for (final String[] pair : new String[][] {
            {"a", "b"}, {"a/b", "c"}, {"a", "b/c"}, {"", "b"}, {"a", ""}, {"<default>", "b"}, {"%3Cdefault>", "b"}
        }) {
            keys.add(limit(pair[0], pair[1]).key());
        }
        assertThat(keys).doesNotHaveDuplicates();
    }

    @Test
    void shouldNotTakeAddressesForClients() {
        assertThat(book.hasClients()).isFalse();
        image.set(new QuotaEntity(null, null, "127.0.0.1"), "connection_creation_rate", "7");
        assertThat(book.hasClients()).isFalse();
        image.set(new QuotaEntity("u", null, null), "producer_byte_rate", "7");
        assertThat(book.hasClients()).isTrue();
    }

    @Test
    void shouldReadEntitiesBackAsTheyWereWritten() {
        for (final String name : List.of("a", "a/b", "<default>", "%", "%25", "users/x", "clients/", "ä<%3C>/")) {
            final String part = QuotaEntity.escaped(name);
            assertThat(QuotaEntity.unescaped(part)).isEqualTo(name);
            for (final QuotaEntity entity : List.of(
                    new QuotaEntity(part, null, null),
                    new QuotaEntity(part, ANY, null),
                    new QuotaEntity(ANY, part, null),
                    new QuotaEntity(null, part, null),
                    new QuotaEntity(null, null, part))) {
                assertThat(QuotaEntity.parse(entity.text())).isEqualTo(entity);
            }
        }
        assertThat(QuotaEntity.unescaped(ANY)).isNull();
        assertThat(QuotaEntity.parse("hosts/a")).isNull();
        assertThat(QuotaEntity.parse("users/a/hosts/b")).isNull();
    }
}
