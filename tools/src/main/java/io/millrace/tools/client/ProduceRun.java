package io.millrace.tools.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Sends what it reads or makes up, and waits for what becomes of it. Runs on the main thread. */
final class ProduceRun {
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int PAYLOADS = 64;
    private static final int SEED = 7;

    private final KafkaProducer<byte[], byte[]> producer;
    private final Delivery delivery;
    private final BiFunction<byte[], byte[], ProducerRecord<byte[], byte[]>> records;
    private final Consumer<String> err;

    ProduceRun(
            final KafkaProducer<byte[], byte[]> producer,
            final Delivery delivery,
            final BiFunction<byte[], byte[], ProducerRecord<byte[], byte[]>> records,
            final Consumer<String> err) {
        this.producer = producer;
        this.delivery = delivery;
        this.records = records;
        this.err = err;
    }

    /** Returns whether all lines were read; separator null for lines without keys. */
    boolean lines(final InputStream in, final String separator) throws IOException {
        if (Terminal.INPUT.isThere()) {
            err.accept("each line is a record; Ctrl-D ends");
        }
        final byte[] mark = separator == null ? null : separator.getBytes(StandardCharsets.UTF_8);
        final LineReader reader = new LineReader(in);
        final Progress progress =
                new Progress(Terminal.ERROR.isThere() && !Terminal.INPUT.isThere(), System.nanoTime());
        boolean complete = true;
        long number = 0;
        for (byte[] line = reader.next(); line != null; line = reader.next()) {
            number++;
            byte[] key = null;
            byte[] value = line;
            if (mark != null) {
                final int at = indexOf(line, mark);
                if (at < 0) {
                    err.accept("line " + number + " has no '" + separator + "': expected a key, that and a value;"
                            + " it and what follows is not sent");
                    complete = false;
                    break;
                }
                key = Arrays.copyOf(line, at);
                value = Arrays.copyOfRange(line, at + mark.length, line.length);
            }
            send(key, value, "line " + number, System.nanoTime());
            if (delivery.isHopeless()) {
                err.accept("lines after " + number + " are not sent");
                complete = false;
                break;
            }
            progress.show(System.nanoTime(), () -> delivery.progress(0, System.nanoTime()));
        }
        producer.flush();
        progress.end();
        return complete;
    }

    /** At a rate, latency counts from when a record was due: one that had to wait to be sent is late. */
    boolean load(final long count, final int size, final int rate, final BooleanSupplier stopped) {
        final byte[][] payloads = payloads(size);
        final Progress progress = new Progress(true, System.nanoTime());
        final long beganNs = System.nanoTime();
        long sent = 0;
        while (sent < count && !delivery.isHopeless() && !stopped.getAsBoolean()) {
            final long dueNs = rate == 0 ? System.nanoTime() : beganNs + dueAfterNs(sent, rate);
            for (long left = dueNs - System.nanoTime(); left > 0 && !stopped.getAsBoolean(); ) {
                LockSupport.parkNanos(Math.min(left, LOOK_NS));
                left = dueNs - System.nanoTime();
                progress.show(System.nanoTime(), () -> delivery.progress(count, System.nanoTime()));
            }
            final long number = ++sent;
            send(null, payloads[(int) (number % PAYLOADS)], "record " + number, dueNs);
            progress.show(System.nanoTime(), () -> delivery.progress(count, System.nanoTime()));
        }
        producer.flush();
        progress.end();
        return sent == count;
    }

    private static long dueAfterNs(final long number, final int rate) {
        return (long) (number * (double) TimeUnit.SECONDS.toNanos(1) / rate);
    }

    private void send(final byte[] key, final byte[] value, final String name, final long beganNs) {
        final long bytes = value.length + (key == null ? 0 : key.length);
        try {
            producer.send(records.apply(key, value), (metadata, failure) -> {
                if (failure == null) {
                    delivery.acknowledged(bytes, System.nanoTime() - beganNs);
                } else {
                    delivery.failed(name, failure);
                }
            });
        } catch (final KafkaException refused) {
            delivery.failed(name, refused);
        }
    }

    /** Letters that compress about as text does. */
    private static byte[][] payloads(final int size) {
        final Random random = new Random(SEED);
        final byte[][] payloads = new byte[PAYLOADS][size];
        for (final byte[] payload : payloads) {
            for (int i = 0; i < size; i++) {
                payload[i] = (byte) ('a' + random.nextInt(26));
            }
        }
        return payloads;
    }

    private static int indexOf(final byte[] line, final byte[] mark) {
        for (int i = 0; i <= line.length - mark.length; i++) {
            if (Arrays.equals(line, i, i + mark.length, mark, 0, mark.length)) {
                return i;
            }
        }
        return -1;
    }
}
