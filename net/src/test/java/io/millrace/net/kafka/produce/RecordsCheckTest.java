package io.millrace.net.kafka.produce;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ProduceRequest;
import org.junit.jupiter.api.Test;

class RecordsCheckTest {
    private static final int OFFSET = 7;
    private static final byte[] GOOD = batch(Compression.NONE);

    @Test
    void shouldTakeOneBatch() {
        assertThat(check(GOOD, 3)).isEqualTo(Errors.NONE);
        assertThat(check(GOOD, 13)).isEqualTo(Errors.NONE);
        assertThat(RecordsCheck.batchBytes(new UnsafeBuffer(GOOD), 0)).isEqualTo(GOOD.length);
    }

    @Test
    void shouldPassOverBytesTooFewForAnotherBatch() {
        assertThat(check(Arrays.copyOf(GOOD, GOOD.length + 11), 9)).isEqualTo(Errors.NONE);
    }

    @Test
    void shouldRefuseAnythingButOneWholeBatch() {
        assertThat(RecordsCheck.check(new UnsafeBuffer(new byte[0]), 0, -1, 9)).isEqualTo(Errors.INVALID_RECORD);
        assertThat(check(new byte[0], 9)).isEqualTo(Errors.INVALID_RECORD);
        assertThat(check(Arrays.copyOf(GOOD, 20), 9)).isEqualTo(Errors.INVALID_RECORD);
        assertThat(check(Arrays.copyOf(GOOD, GOOD.length - 1), 9)).isEqualTo(Errors.INVALID_RECORD);
        assertThat(check(twice(GOOD), 9)).isEqualTo(Errors.INVALID_RECORD);
        assertThat(check(edited(b -> b.put(16, (byte) 1)), 9)).isEqualTo(Errors.INVALID_RECORD);
    }

    @Test
    void shouldRefuseTheWholeRequestForBytesThatAreNoBatch() {
        assertThat(framing(edited(b -> b.put(16, (byte) 5)))).isEqualTo(Errors.CORRUPT_MESSAGE);
        assertThat(framing(edited(b -> b.put(16, (byte) -1)))).isEqualTo(Errors.CORRUPT_MESSAGE);
        assertThat(framing(edited(b -> b.putInt(8, -1)))).isEqualTo(Errors.CORRUPT_MESSAGE);
        assertThat(framing(edited(b -> b.putInt(8, 13)))).isEqualTo(Errors.CORRUPT_MESSAGE);
        assertThat(framing(edited(b -> b.putInt(8, Integer.MAX_VALUE)))).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
        assertThat(framing(GOOD)).isEqualTo(Errors.NONE);
        assertThat(framing(new byte[11])).isEqualTo(Errors.NONE);
    }

    @Test
    void shouldRefuseZstdWhereOldClientsCouldNotReadIt() {
        final byte[] zstd = batch(Compression.zstd().build());
        assertThat(check(zstd, 6)).isEqualTo(Errors.UNSUPPORTED_COMPRESSION_TYPE);
        assertThat(check(zstd, 7)).isEqualTo(Errors.NONE);
    }

    @Test
    void shouldSeeTransactions() {
        assertThat(isTransactional(GOOD)).isFalse();
        assertThat(isTransactional(edited(b -> b.putShort(21, (short) 0x10)))).isTrue();
    }

    @Test
    void shouldJudgeDamagedFramesAsTheReferenceDoes() {
        final Random random = new Random(11);
        for (int i = 0; i < 100_000; i++) {
            final byte[] bytes = random.nextBoolean() ? GOOD.clone() : twice(GOOD);
            for (int j = random.nextInt(3); j > 0; j--) {
                bytes[random.nextInt(Math.min(23, bytes.length))] = (byte) random.nextInt(4);
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            final byte[] cut = random.nextInt(3) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
            final int version = 3 + random.nextInt(11);
            if (framing(cut) == Errors.NONE && (cut.length < 17 || declaredBytes(cut) >= 61)) {
                assertThat(check(cut, version)).isEqualTo(reference(cut, version));
            }
        }
    }

    private static int declaredBytes(final byte[] bytes) {
        return 12 + ByteBuffer.wrap(bytes).getInt(8);
    }

    private static Errors reference(final byte[] bytes, final int version) {
        try {
            ProduceRequest.validateRecords((short) version, MemoryRecords.readableRecords(ByteBuffer.wrap(bytes)));
            return Errors.NONE;
        } catch (final RuntimeException e) {
            return Errors.forException(e);
        }
    }

    private static Errors check(final byte[] bytes, final int version) {
        return RecordsCheck.check(shifted(bytes), OFFSET, bytes.length, version);
    }

    private static Errors framing(final byte[] bytes) {
        return RecordsCheck.framing(shifted(bytes), OFFSET, bytes.length);
    }

    private static boolean isTransactional(final byte[] bytes) {
        return RecordsCheck.isTransactional(shifted(bytes), OFFSET, bytes.length);
    }

    private static UnsafeBuffer shifted(final byte[] bytes) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[OFFSET + bytes.length]);
        buffer.putBytes(OFFSET, bytes);
        return buffer;
    }

    private static byte[] batch(final Compression compression) {
        final ByteBuffer buffer = MemoryRecords.withRecords(
                        compression, new SimpleRecord(1, "some value".getBytes(StandardCharsets.UTF_8)))
                .buffer();
        final byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static byte[] twice(final byte[] bytes) {
        final byte[] result = Arrays.copyOf(bytes, 2 * bytes.length);
        System.arraycopy(bytes, 0, result, bytes.length, bytes.length);
        return result;
    }

    private static byte[] edited(final Consumer<ByteBuffer> edit) {
        final byte[] bytes = GOOD.clone();
        edit.accept(ByteBuffer.wrap(bytes));
        return bytes;
    }
}
