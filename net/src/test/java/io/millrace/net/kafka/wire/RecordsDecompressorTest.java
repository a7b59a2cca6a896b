package io.millrace.net.kafka.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteOrder;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RecordsDecompressorTest {
    private static final int OFFSET = 61;

    private final RecordsDecompressor decompressor = new RecordsDecompressor();

    @ParameterizedTest
    @EnumSource(value = CompressionType.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void shouldUnpackWhatClientsPack(final CompressionType codec) throws IOException {
        for (final int length : new int[] {0, 1, 16 * 1024, 16 * 1024 + 1, 300_000}) {
            final byte[] records = compressible(length);
            final UnsafeBuffer packed = pack(codec, records);
            final DirectBuffer unpacked =
                    decompressor.decompress(codec.id, packed, OFFSET, packed.capacity() - OFFSET, length);
            final byte[] bytes = new byte[unpacked.capacity()];
            unpacked.getBytes(0, bytes);
            assertThat(bytes).isEqualTo(records);
        }
    }

    @ParameterizedTest
    @EnumSource(value = CompressionType.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void shouldGiveUpOnABomb(final CompressionType codec) throws IOException {
        final UnsafeBuffer packed = pack(codec, new byte[100_000]);
        assertThatThrownBy(() -> decompressor.decompress(codec.id, packed, OFFSET, packed.capacity() - OFFSET, 99_999))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("99999");
    }

    @ParameterizedTest
    @EnumSource(value = CompressionType.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void shouldSayThatGarbageIsNoneOfTheirs(final CompressionType codec) {
        final byte[] garbage = new byte[OFFSET + 1000];
        new Random(1).nextBytes(garbage);
        assertThatThrownBy(() -> decompressor.decompress(
                        codec.id, new UnsafeBuffer(garbage), OFFSET, garbage.length - OFFSET, 1 << 20))
                .isInstanceOf(IOException.class);
    }

    @Test
    void shouldNotBelieveWhatSnappyClaims() throws IOException {
        final UnsafeBuffer packed = pack(CompressionType.SNAPPY, new byte[1_000]);
        final int firstChunk = OFFSET + 16;
        packed.putInt(firstChunk, -5, ByteOrder.BIG_ENDIAN);
        assertRefused(packed, "-5");
        packed.putInt(firstChunk, 400 << 20, ByteOrder.BIG_ENDIAN);
        assertRefused(packed, "no chunk");
        final UnsafeBuffer boastful = pack(CompressionType.SNAPPY, new byte[1_000]);
        boastful.putBytes(firstChunk + 4, new byte[] {-1, -1, -1, -1, 7});
        assertRefused(boastful, "more than");
        boastful.putBytes(OFFSET, boastful, firstChunk + 4, 40);
        assertRefused(boastful, "more than");
    }

    private void assertRefused(final UnsafeBuffer packed, final String why) {
        assertThatThrownBy(() -> decompressor.decompress(
                        CompressionType.SNAPPY.id, packed, OFFSET, packed.capacity() - OFFSET, 1 << 20))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(why);
    }

    private static byte[] compressible(final int length) {
        final byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i % 7 + i / 1000);
        }
        return bytes;
    }

    private static UnsafeBuffer pack(final CompressionType codec, final byte[] records) throws IOException {
        final ByteBufferOutputStream packed = new ByteBufferOutputStream(1024);
        packed.write(new byte[OFFSET]);
        try (OutputStream stream = Compression.of(codec).build().wrapForOutput(packed, RecordBatch.MAGIC_VALUE_V2)) {
            stream.write(records);
        }
        packed.buffer().flip();
        final byte[] bytes = new byte[packed.buffer().remaining()];
        packed.buffer().get(bytes);
        return new UnsafeBuffer(bytes);
    }
}
