package io.millrace.net.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BufferPoolTest {
    private final BufferPool pool = new BufferPool(1 << 20);

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void shouldRoundUpToTheNextSizeClass() {
        final int[][] wantedAndGot = {
            {0, 512},
            {1, 512},
            {512, 512},
            {513, 768},
            {768, 768},
            {769, 1024},
            {1024, 1024},
            {1025, 1536},
            {1537, 2048}
        };
        for (final int[] pair : wantedAndGot) {
            assertThat(BufferPool.bytesOf(BufferPool.sizeClassOf(pair[0]))).isEqualTo(pair[1]);
        }
        for (int bytes = 1; bytes < 100_000; bytes += 7) {
            final int got = BufferPool.bytesOf(BufferPool.sizeClassOf(bytes));
            assertThat(got).isGreaterThanOrEqualTo(bytes).isLessThan(Math.max(513, bytes * 3 / 2 + 2));
        }
    }

    @Test
    void shouldRefuseBeyondTheBudgetButOverdrawForAnswers() {
        final PooledBuffer half = pool.tryTake(1 << 19);
        assertThat(pool.tryTake(1 << 19, 1)).isNull();
        final PooledBuffer other = pool.tryTake(1 << 19);
        assertThat(pool.availableBytes()).isZero();
        assertThat(pool.tryTake(1)).isNull();
        final PooledBuffer answer = pool.take(1000);
        assertThat(pool.availableBytes()).isEqualTo(-1024);
        answer.release();
        half.release();
        other.release();
        assertThat(pool.usedBytes()).isZero();
        assertThat(pool.idleBytes()).isLessThanOrEqualTo(1 << 19);
    }

    @Test
    void shouldGiveTheSameMemoryAgain() {
        final PooledBuffer first = pool.take(600);
        final long address = first.addressOffset();
        first.limit(600);
        assertThat(first.capacity()).isEqualTo(600);
        first.release();
        final PooledBuffer second = pool.take(700);
        assertThat(second.addressOffset()).isEqualTo(address);
        assertThat(second.capacity()).isEqualTo(768);
    }

    @Test
    void shouldFreeLittleByLittleWhatNobodyNeeds() {
        pool.take(100_000).release();
        pool.decay();
        final long idle = pool.idleBytes();
        pool.take(100_000).release();
        pool.decay();
        assertThat(pool.idleBytes()).as("in use a moment ago").isEqualTo(idle);
        pool.decay();
        assertThat(pool.idleBytes()).isZero();
    }

    @Test
    void shouldKeepABufferUntilItsLastReferenceIsGone() {
        final PooledBuffer buffer = pool.take(100);
        buffer.retain();
        buffer.release();
        assertThat(pool.usedBytes()).isEqualTo(512);
        buffer.release();
        assertThat(pool.usedBytes()).isZero();
        assertThatIllegalStateException().isThrownBy(buffer::release);
        assertThatIllegalStateException().isThrownBy(buffer::retain);
    }

    @Test
    void shouldFreeIdleBuffersOfOtherSizesBeforeItExceedsItsBudget() {
        final Random random = new Random(3);
        final List<PooledBuffer> taken = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            if (!taken.isEmpty() && random.nextInt(5) < 2) {
                taken.remove(random.nextInt(taken.size())).release();
            } else {
                final PooledBuffer buffer = pool.tryTake(random.nextInt(60_000));
                if (buffer == null) {
                    taken.remove(random.nextInt(taken.size())).release();
                } else {
                    buffer.putByte(buffer.capacity() - 1, (byte) 1);
                    taken.add(buffer);
                }
            }
            assertThat(pool.usedBytes() + pool.idleBytes()).isLessThanOrEqualTo(pool.budgetBytes());
        }
        taken.forEach(PooledBuffer::release);
        assertThat(pool.usedBytes()).isZero();
    }
}
