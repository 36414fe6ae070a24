package dev.caravan.bench;

import dev.caravan.inference.draw.CounterBar;
import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.frames.FfmpegPictures;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A plain Kafka producer of 30 JPEGs a second, each with its number in its pixels. */
public final class KafkaCamera implements AutoCloseable {

    private static final String TOPIC = "caravan.frames.in";
    private static final int QUALITY = 80;
    // As the page's: against a browser's 60 Hz, 33 ms sweep through all phases, 1000/30 would not.
    private static final long PERIOD_MS = 33;

    private final String key;
    private final Picture.I420 background;
    private final KafkaProducer<String, byte[]> producer;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("kafka-camera").factory());
    private final Map<Integer, Double> sent = new ConcurrentHashMap<>();
    private int number;

    /**
     * Begins to send.
     *
     * @param key id of the session it feeds
     */
    public KafkaCamera(String bootstrapServers, String key, int width, int height) {
        this.key = key;
        this.background = background(width, height);
        producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers, ProducerConfig.LINGER_MS_CONFIG, 0),
                new StringSerializer(),
                new ByteArraySerializer());
        timer.scheduleAtFixedRate(this::send, 0, PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    /** When a picture was given to the producer, milliseconds since the Unix epoch. */
    public OptionalDouble sentEpochMs(int stamp) {
        Double time = sent.get(stamp);
        return time == null ? OptionalDouble.empty() : OptionalDouble.of(time);
    }

    private void send() {
        try {
            byte[] pixels = background.data().clone();
            Picture.I420 picture = new Picture.I420(background.width(), background.height(), pixels);
            CounterBar.write(picture, ++number);
            byte[] jpeg = FfmpegPictures.shared().encodeJpeg(picture, QUALITY);
            Instant now = Instant.now();
            ProducerRecord<String, byte[]> record = new ProducerRecord<>(TOPIC, key, jpeg);
            record.headers().add("content-type", "image/jpeg".getBytes(StandardCharsets.US_ASCII));
            record.headers().add("caravan-seq", String.valueOf(number).getBytes(StandardCharsets.US_ASCII));
            record.headers().add("caravan-timestamp-ms", String.valueOf(now.toEpochMilli()).getBytes(StandardCharsets.US_ASCII));
            sent.put(number, now.getEpochSecond() * 1e3 + now.getNano() / 1e6);
            producer.send(record);
        } catch (BadPictureException | RuntimeException e) {
            e.printStackTrace(); // a timer forgets a task that throws
        }
    }

    /** A slope of grey with noise. */
    private static Picture.I420 background(int width, int height) {
        byte[] data = new byte[Picture.I420.size(width, height)];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < data.length; i++) {
            data[i] = i < width * height
                    ? (byte) (60 + i % width * 120 / width + random.nextInt(12))
                    : (byte) (122 + random.nextInt(12));
        }
        return new Picture.I420(width, height, data);
    }

    @Override
    public void close() {
        timer.shutdownNow();
        producer.close(Duration.ofSeconds(5));
    }
}
