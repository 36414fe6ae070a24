package dev.caravan.inference.bench;

import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.pipeline.causal.TimedStream;
import dev.caravan.inference.pipeline.causal.TimedStream.Times;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/**
 * What chunks of a stream took, once its window is full: medians.
 *
 * @param promptChange text encoding and recache: how much later the first denoise step began in a chunk with another prompt
 * @param toHost       bytes read from the device per chunk
 * @param heap         bytes allocated on the Java heap per chunk
 */
public record ChunkFigures(
        double chunk, double encode, double step, double decode, double clean, double first, double text, double promptChange,
        int pictures, long toHost, long heap) {

    /** Chunks until every slot of a cache of twelve frames is used, and one more. */
    private static final int UNTIL_STEADY = 5;

    /**
     * Runs a stream.
     *
     * @param video     pictures for a chunk from video; empty for chunks from text
     * @param allocated bytes that this process has put on its heap so far
     */
    public static ChunkFigures of(Device device, TimedStream stream, List<Rgb24> video, int chunks, LongSupplier allocated) {
        for (int i = 0; i < UNTIL_STEADY; i++) {
            stream.chunk("a first prompt", video);
        }
        long readBefore = device.transfers().bytesToHost();
        long heapBefore = allocated.getAsLong();
        List<Times> plain = new ArrayList<>();
        for (int i = 0; i < chunks; i++) {
            plain.add(stream.chunk("a first prompt", video));
        }
        long heap = (allocated.getAsLong() - heapBefore) / chunks;
        long read = (device.transfers().bytesToHost() - readBefore) / chunks;
        double total = median(plain, Times::total);
        Times changed = video.isEmpty() ? stream.chunk("another prompt", video) : null;
        return new ChunkFigures(total, median(plain, Times::encode), median(plain, times -> Timing.median(times.steps())),
                median(plain, Times::decode), median(plain, Times::clean), median(plain, Times::first),
                changed == null ? Double.NaN : changed.text(), changed == null ? Double.NaN : changed.before() - median(plain, Times::before),
                plain.getLast().pictures(), read, heap);
    }

    /** Frames a second. */
    public double rate() {
        return pictures * 1000 / chunk;
    }

    private static double median(List<Times> chunks, ToDoubleFunction<Times> part) {
        return Timing.median(chunks.stream().map(part::applyAsDouble).toList());
    }

    /** Pictures that all differ. */
    public static List<Rgb24> video(int count, int width, int height) {
        Random random = new Random(3);
        List<Rgb24> pictures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] rgb = new byte[3 * width * height];
            random.nextBytes(rgb);
            pictures.add(new Rgb24(width, height, rgb));
        }
        return pictures;
    }
}
