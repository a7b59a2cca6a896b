package io.millrace.engine.metadata;

import org.agrona.DirectBuffer;

/**
 * Topics by name and by id: two chained hash tables that are looked up without allocating, by a name's bytes where they
 * lie. Legal names are ASCII, so a String's chars and its UTF-8 bytes hash alike.
 */
final class TopicTable {
    private static final int BUCKETS_MIN = 64;

    /** A topic's place in both tables. */
    private static final class Node {
        final TopicImage topic;
        final int nameHash;
        Node nextByName;
        Node nextById;

        Node(final TopicImage topic) {
            this.topic = topic;
            this.nameHash = hash(topic.name());
        }
    }

    private Node[] byName = new Node[BUCKETS_MIN];
    private Node[] byId = new Node[BUCKETS_MIN];
    private int size;

    TopicImage find(final String name) {
        final int hash = hash(name);
        for (Node node = byName[hash & byName.length - 1]; node != null; node = node.nextByName) {
            if (node.nameHash == hash && node.topic.name().equals(name)) {
                return node.topic;
            }
        }
        return null;
    }

    TopicImage find(final DirectBuffer buffer, final int offset, final int length) {
        int hash = 0;
        for (int i = 0; i < length; i++) {
            hash = 31 * hash + buffer.getByte(offset + i);
        }
        hash = spread(hash);
        for (Node node = byName[hash & byName.length - 1]; node != null; node = node.nextByName) {
            if (node.nameHash == hash && sameBytes(node.topic.nameBytes(), buffer, offset, length)) {
                return node.topic;
            }
        }
        return null;
    }

    private static boolean sameBytes(
            final DirectBuffer name, final DirectBuffer buffer, final int offset, final int length) {
        if (name.capacity() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (name.getByte(i) != buffer.getByte(offset + i)) {
                return false;
            }
        }
        return true;
    }

    TopicImage find(final long idHigh, final long idLow) {
        for (Node node = byId[hash(idHigh, idLow) & byId.length - 1]; node != null; node = node.nextById) {
            if (node.topic.idLow() == idLow && node.topic.idHigh() == idHigh) {
                return node.topic;
            }
        }
        return null;
    }

    void add(final TopicImage topic) {
        if (size == byName.length) {
            grow();
        }
        link(new Node(topic));
        size++;
    }

    private void link(final Node node) {
        final int nameBucket = node.nameHash & byName.length - 1;
        node.nextByName = byName[nameBucket];
        byName[nameBucket] = node;
        final int idBucket = hash(node.topic.idHigh(), node.topic.idLow()) & byId.length - 1;
        node.nextById = byId[idBucket];
        byId[idBucket] = node;
    }

    private void grow() {
        final Node[] old = byName;
        byName = new Node[old.length * 2];
        byId = new Node[old.length * 2];
        for (Node chain : old) {
            while (chain != null) {
                final Node next = chain.nextByName;
                link(chain);
                chain = next;
            }
        }
    }

    void remove(final TopicImage topic) {
        final int nameBucket = hash(topic.name()) & byName.length - 1;
        Node before = null;
        for (Node node = byName[nameBucket]; node != null; before = node, node = node.nextByName) {
            if (node.topic == topic) {
                if (before == null) {
                    byName[nameBucket] = node.nextByName;
                } else {
                    before.nextByName = node.nextByName;
                }
                removeById(node);
                size--;
                return;
            }
        }
        throw new IllegalStateException(topic + " is not in the table");
    }

    private void removeById(final Node gone) {
        final int bucket = hash(gone.topic.idHigh(), gone.topic.idLow()) & byId.length - 1;
        if (byId[bucket] == gone) {
            byId[bucket] = gone.nextById;
            return;
        }
        Node before = byId[bucket];
        while (before.nextById != gone) {
            before = before.nextById;
        }
        before.nextById = gone.nextById;
    }

    /** The String's own hash, which it keeps; {@link #find(DirectBuffer, int, int)} computes the same. */
    private static int hash(final String name) {
        return spread(name.hashCode());
    }

    private static int hash(final long idHigh, final long idLow) {
        return spread(Long.hashCode(idHigh * 31 + idLow));
    }

    private static int spread(final int hash) {
        return hash ^ hash >>> 16;
    }
}
