package dev.caravan.inference.wan.vae;

import static dev.caravan.inference.wan.vae.VideoCodec.Memory.NONE;
import static dev.caravan.inference.wan.vae.VideoCodec.Memory.STREAM;
import static dev.caravan.inference.wan.vae.VideoCodec.Memory.VACE_INACTIVE;
import static dev.caravan.inference.wan.vae.VideoCodec.Memory.VACE_REACTIVE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.Ort;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for a stream through a Wan VAE only. */
class WanCodecTest {

    @TempDir
    private static Path folder;

    private static TestVaes vaes;

    @BeforeAll
    static void load() throws CheckpointException {
        vaes = new TestVaes(folder, VaeType.WAN, VaeType.LIGHTVAE);
    }

    @AfterAll
    static void close() {
        vaes.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"WAN", "LIGHTVAE"})
    void untilTheFirstDecodeEveryEncodeOfAWanVaeBeginsAnew(VaeType type) {
        VaeOptions options = vaes.of(type).options();
        float[] video = Videos.pixels(options, 5, 23);
        try (VideoCodec codec = vaes.of(type).open()) {
            float[] first = Videos.encode(codec, video, 5, STREAM);
            assertArrayEquals(first, Videos.encode(codec, video, 5, STREAM));
            Videos.decode(codec, options, Videos.latents(options, 1, 24));
            float[] later = Videos.encode(codec, Videos.frames(video, 5, 1, 5), 4, STREAM);
            assertFalse(Arrays.equals(Videos.part(options, first, 1, 2), later), "the last frames were remembered");
        }
    }

    @Test
    void trailingFramesAtTheBeginningOfAWanStreamAreRemembered() {
        VaeOptions options = vaes.of(VaeType.WAN).options();
        float[] video = Videos.pixels(options, 12, 25);
        float[] next = Videos.pixels(options, 4, 26);
        try (VideoCodec all = vaes.of(VaeType.WAN).open();
                VideoCodec cut = vaes.of(VaeType.WAN).open()) {
            assertArrayEquals(Videos.encode(cut, Videos.frames(video, 12, 0, 9), 9, STREAM), Videos.encode(all, video, 12, STREAM));
            for (VideoCodec codec : List.of(all, cut)) {
                Videos.decode(codec, options, Videos.latents(options, 1, 27));
            }
            assertFalse(Arrays.equals(Videos.encode(cut, next, 4, STREAM), Videos.encode(all, next, 4, STREAM)));
        }
    }

    /** Four frames, or two and two: what looks at single frames, and at pairs, must remember the same. */
    @Test
    void trailingFramesLeaveTheTraceThatTheyLeaveWithinALatent() {
        WanVae vae = (WanVae) vaes.of(VaeType.WAN);
        float[] video = Videos.pixels(vae.options(), 5, 37);
        try (WanCodec whole = vae.open();
                WanCodec parts = vae.open()) {
            for (WanCodec codec : List.of(whole, parts)) {
                Videos.encode(codec, Videos.frames(video, 5, 0, 1), 1, STREAM);
            }
            EncoderMemory expected = whole.memory(STREAM);
            EncoderMemory actual = parts.memory(STREAM);
            expected.step(vae.encode()).run(video, 5, 1);
            actual.step(vae.encodeTail(2)).run(video, 5, 1);
            actual.step(vae.encodeTail(2)).run(video, 5, 3);
            assertEquals(Set.of("encoder.downsamples.9.residual.2", "encoder.downsamples.9.residual.6",
                            "encoder.downsamples.10.residual.2", "encoder.downsamples.10.residual.6", "encoder.middle.0.residual.2",
                            "encoder.middle.0.residual.6", "encoder.middle.2.residual.2", "encoder.middle.2.residual.6", "encoder.head.2"),
                    differing(expected, actual), "only what sees whole latents");
            actual.step(vae.encodeTail(3)).run(video, 5, 0);
            actual.step(vae.encodeTail(1)).run(video, 5, 3);
            expected.step(vae.encode()).run(video, 5, 0);
            Set<String> differing = differing(expected, actual);
            differing.removeIf(name -> !name.matches("encoder\\.(conv1|downsamples\\.[0-8]\\..*)"));
            assertEquals(Set.of("encoder.downsamples.6.residual.2", "encoder.downsamples.6.residual.6", "encoder.downsamples.7.residual.2",
                            "encoder.downsamples.7.residual.6", "encoder.downsamples.8.time_conv"),
                    differing, "only what sees pairs");
        }
    }

    private static Set<String> differing(EncoderMemory expected, EncoderMemory actual) {
        return expected.state().tensors().keySet().stream()
                .filter(name -> distance(expected.state().tensor(name).floats(), actual.state().tensor(name).floats()) > 1e-4)
                .collect(Collectors.toSet());
    }

    private static double distance(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }

    @Test
    void aWanVaeHasOneMemoryForTheStreamAndVace() {
        VaeOptions options = vaes.of(VaeType.WAN).options();
        float[] a = Videos.pixels(options, 4, 31);
        float[] b = Videos.pixels(options, 4, 32);
        try (VideoCodec stream = vaes.of(VaeType.WAN).open();
                VideoCodec vace = vaes.of(VaeType.WAN).open()) {
            for (VideoCodec codec : List.of(stream, vace)) {
                Videos.decode(codec, options, Videos.latents(options, 1, 33));
            }
            assertArrayEquals(Videos.encode(stream, a, 4, STREAM), Videos.encode(vace, a, 4, VACE_INACTIVE));
            assertArrayEquals(Videos.encode(stream, b, 4, STREAM), Videos.encode(vace, b, 4, VACE_REACTIVE));
        }
    }

    @Test
    void latentsEncodedRawAreThoseBeforeTheNormalisation() throws CheckpointException {
        VideoAutoencoder normal = vaes.of(VaeType.WAN);
        float[] video = Videos.pixels(normal.options(), 1, 34);
        try (VideoAutoencoder raw = VideoAutoencoders.load(normal.options().withRawEncode(), vaes.checkpoint(VaeType.WAN), Ort.cpu());
                VideoCodec a = normal.open();
                VideoCodec b = raw.open()) {
            float[] normalised = Videos.encode(a, video, 1, NONE);
            float[] plain = Videos.encode(b, video, 1, NONE);
            int plane = plain.length / VaeOptions.CHANNELS;
            float[] expected = new float[plain.length];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = normalised[i] * LatentStatistics.std(i / plane) + LatentStatistics.mean(i / plane);
            }
            Deviation.within("raw latents", expected, plain, 1e-5);
        }
    }

    @Test
    void aRunningWanStreamRefusesFramesThatMakeNoWholeLatent() {
        VaeOptions options = vaes.of(VaeType.WAN).options();
        try (VideoCodec codec = vaes.of(VaeType.WAN).open()) {
            Videos.decode(codec, options, Videos.latents(options, 1, 35));
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class, () -> codec.encode(Videos.pixels(options, 13, 36), 13));
            assertEquals("a stream that has begun takes a multiple of 4 frames, 13 given", e.getMessage());
        }
    }
}
