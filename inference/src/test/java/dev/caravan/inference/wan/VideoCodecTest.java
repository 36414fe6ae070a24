package dev.caravan.inference.wan;

import static dev.caravan.inference.wan.VideoCodec.Memory.NONE;
import static dev.caravan.inference.wan.VideoCodec.Memory.STREAM;
import static dev.caravan.inference.wan.VideoCodec.Memory.VACE_INACTIVE;
import static dev.caravan.inference.wan.VideoCodec.Memory.VACE_REACTIVE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
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

/** What holds for a stream through any autoencoder. */
class VideoCodecTest {

    @TempDir
    private static Path folder;

    private static TestVaes vaes;

    @BeforeAll
    static void load() throws CheckpointException {
        vaes = new TestVaes(folder);
    }

    @AfterAll
    static void close() {
        vaes.close();
    }

    @ParameterizedTest
    @EnumSource
    void theFirstLatentGivesOnePictureAndEachOtherFour(VaeType type) {
        VaeOptions options = vaes.of(type).options();
        try (VideoCodec codec = vaes.of(type).open()) {
            assertEquals(9, Videos.decode(codec, options, Videos.latents(options, 3, 1)).size());
            assertEquals(12, Videos.decode(codec, options, Videos.latents(options, 3, 2)).size());
            codec.clear();
            assertEquals(1, Videos.decode(codec, options, Videos.latents(options, 1, 3)).size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void latentsGiveTheSamePicturesInOneCallAsInSeveral(VaeType type) {
        VaeOptions options = vaes.of(type).options();
        float[] latents = Videos.latents(options, 5, 4);
        try (VideoCodec once = vaes.of(type).open();
                VideoCodec several = vaes.of(type).open()) {
            List<byte[]> expected = Videos.decode(once, options, latents);
            List<byte[]> actual = new ArrayList<>(Videos.decode(several, options, Videos.part(options, latents, 0, 2)));
            actual.addAll(Videos.decode(several, options, Videos.part(options, latents, 2, 3)));
            actual.addAll(Videos.decode(several, options, Videos.part(options, latents, 3, 5)));
            assertSame(expected, actual);
        }
    }

    @ParameterizedTest
    @EnumSource
    void framesGiveTheSameLatentsInOneCallAsInSeveral(VaeType type) {
        VaeOptions options = vaes.of(type).options();
        float[] pixels = Videos.pixels(options, 12, 5);
        try (VideoCodec once = vaes.of(type).open();
                VideoCodec several = vaes.of(type).open()) {
            Videos.decode(once, options, Videos.latents(options, 1, 6));
            Videos.decode(several, options, Videos.latents(options, 1, 6));
            float[] expected = Videos.encode(once, pixels, 12, STREAM);
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(Videos.part(options, expected, i, i + 1),
                        Videos.encode(several, Videos.frames(pixels, 12, 4 * i, 4 * i + 4), 4, STREAM), "latent " + i);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void streamsSideBySideDoNotTouchEachOther(VaeType type) {
        VaeOptions options = vaes.of(type).options();
        float[] mine = Videos.latents(options, 3, 7);
        float[] other = Videos.latents(options, 3, 8);
        float[] video = Videos.pixels(options, 4, 9);
        List<byte[]> alone;
        float[] encodedAlone;
        try (VideoCodec codec = vaes.of(type).open()) {
            alone = Videos.decode(codec, options, mine);
            encodedAlone = Videos.encode(codec, video, 4, STREAM);
        }
        try (VideoCodec a = vaes.of(type).open();
                VideoCodec b = vaes.of(type).open()) {
            List<byte[]> pictures = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                pictures.addAll(Videos.decode(a, options, Videos.part(options, mine, i, i + 1)));
                Videos.decode(b, options, Videos.part(options, other, i, i + 1));
                Videos.encode(b, Videos.pixels(options, 4, 10 + i), 4, STREAM);
            }
            assertSame(alone, pictures);
            assertArrayEquals(encodedAlone, Videos.encode(a, video, 4, STREAM));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClearedStreamIsLikeANewOne(VaeType type) {
        VaeOptions options = vaes.of(type).options();
        float[] latents = Videos.latents(options, 2, 11);
        float[] video = Videos.pixels(options, 4, 12);
        try (VideoCodec fresh = vaes.of(type).open();
                VideoCodec used = vaes.of(type).open()) {
            Videos.decode(used, options, Videos.latents(options, 3, 13));
            Videos.encode(used, Videos.pixels(options, 8, 14), 8, STREAM);
            used.clear();
            assertSame(Videos.decode(fresh, options, latents), Videos.decode(used, options, latents));
            assertArrayEquals(Videos.encode(fresh, video, 4, STREAM), Videos.encode(used, video, 4, STREAM));
        }
    }

    @ParameterizedTest
    @EnumSource
    void decodingReadsNothingFromTheDeviceButThePictures(VaeType type) {
        VaeOptions options = vaes.of(type).options();
        try (VideoCodec codec = vaes.of(type).open();
                Tensor latents = Ort.cpu().of(DType.F32, options.latentShape(3), Videos.latents(options, 3, 15))) {
            long read = Ort.cpu().transfers().bytesToHost();
            long written = Ort.cpu().transfers().bytesToDevice();
            List<byte[]> pictures = new ArrayList<>();
            codec.decode(latents, pictures::add);
            assertEquals(9L * options.height() * options.width() * 3, Ort.cpu().transfers().bytesToHost() - read);
            assertEquals(written, Ort.cpu().transfers().bytesToDevice());
        }
    }

    @ParameterizedTest
    @EnumSource
    void picturesAreHandedOverBeforeTheNextLatentIsDecoded(VaeType type) {
        VaeOptions options = vaes.of(type).options();
        long latentBytes = options.latentShape(1).bytes(DType.F32);
        try (VideoCodec codec = vaes.of(type).open();
                Tensor latents = Ort.cpu().of(DType.F32, options.latentShape(3), Videos.latents(options, 3, 16))) {
            long before = Ort.cpu().transfers().bytesWithinDevice();
            List<Long> latentsUsed = new ArrayList<>();
            codec.decode(latents, picture -> latentsUsed.add((Ort.cpu().transfers().bytesWithinDevice() - before) / latentBytes));
            assertEquals(List.of(1L, 2L, 2L, 2L, 2L, 3L, 3L, 3L, 3L), latentsUsed);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPictureIsItsNumbersClampedAndCut(VaeType type) {
        VaeOptions options = vaes.of(type).options();
        float[] latents = Videos.latents(options, 2, 17);
        try (VideoCodec bytes = vaes.of(type).open();
                VideoCodec numbers = vaes.of(type).open()) {
            List<byte[]> pictures = Videos.decode(bytes, options, latents);
            float[] decoded = Videos.decodeRaw(numbers, options, latents);
            int plane = options.height() * options.width();
            for (int frame = 0; frame < pictures.size(); frame++) {
                byte[] expected = new byte[3 * plane];
                for (int i = 0; i < expected.length; i++) {
                    float unit = decoded[(i % 3 * pictures.size() + frame) * plane + i / 3] * 0.5f + 0.5f;
                    expected[i] = (byte) (int) Math.clamp(unit * 255, 0f, 255f);
                }
                assertArrayEquals(expected, pictures.get(frame), "picture " + frame);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEncodeWithoutMemoryNeitherKnowsTheStreamNorChangesIt(VaeType type) {
        VaeOptions options = vaes.of(type).options();
        float[] first = Videos.pixels(options, 8, 18);
        float[] next = Videos.pixels(options, 4, 19);
        float[] other = Videos.pixels(options, 5, 20);
        try (VideoCodec alone = vaes.of(type).open();
                VideoCodec disturbed = vaes.of(type).open()) {
            float[] otherAlone = Videos.encode(disturbed, other, 5, NONE);
            for (VideoCodec codec : List.of(alone, disturbed)) {
                Videos.decode(codec, options, Videos.latents(options, 1, 21));
                Videos.encode(codec, first, 8, STREAM);
            }
            assertArrayEquals(otherAlone, Videos.encode(disturbed, other, 5, NONE));
            assertArrayEquals(Videos.encode(alone, next, 4, STREAM), Videos.encode(disturbed, next, 4, STREAM));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStreamThatOnlyDecodesHasNoStateOfAnEncoder(VaeType type) {
        VaeOptions options = vaes.of(type).options();
        try (VideoCodec codec = vaes.of(type).open()) {
            Videos.decode(codec, options, Videos.latents(options, 1, 22));
            assertFalse(((StreamCodec) codec).remembers(STREAM));
        }
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
    void aTaeRepeatsTheLastFrameWhereSomeAreMissing() {
        VaeOptions options = vaes.of(VaeType.TAE).options();
        float[] one = Videos.pixels(options, 1, 28);
        float[] four = new float[4 * one.length];
        int plane = options.height() * options.width();
        for (int i = 0; i < 12; i++) {
            System.arraycopy(one, i / 4 * plane, four, i * plane, plane);
        }
        try (VideoCodec a = vaes.of(VaeType.TAE).open();
                VideoCodec b = vaes.of(VaeType.TAE).open()) {
            assertArrayEquals(Videos.encode(a, four, 4, STREAM), Videos.encode(b, one, 1, STREAM));
        }
    }

    @Test
    void aTaeKeepsWhatVaceNeedsWhenItsStreamIsCleared() {
        VaeOptions options = vaes.of(VaeType.TAE).options();
        float[] before = Videos.pixels(options, 4, 29);
        float[] after = Videos.pixels(options, 4, 30);
        try (VideoCodec kept = vaes.of(VaeType.TAE).open();
                VideoCodec cleared = vaes.of(VaeType.TAE).open()) {
            for (VideoCodec.Memory memory : List.of(VACE_INACTIVE, VACE_REACTIVE)) {
                Videos.encode(kept, before, 4, memory);
                Videos.encode(cleared, before, 4, memory);
                cleared.clear();
                assertArrayEquals(Videos.encode(kept, after, 4, memory), Videos.encode(cleared, after, 4, memory));
            }
            assertFalse(Arrays.equals(Videos.encode(kept, after, 4, STREAM), Videos.encode(kept, after, 4, VACE_INACTIVE)));
        }
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

    @Test
    void pixelsAndLatentsOfAnotherSizeAreRefused() {
        VaeOptions options = vaes.of(VaeType.WAN).options();
        try (VideoCodec codec = vaes.of(VaeType.WAN).open();
                Tensor wide = Ort.cpu().zeros(DType.F32, new VaeOptions(VaeType.WAN, 16, 32, DType.F32).latentShape(2));
                Tensor narrow = Ort.cpu().zeros(DType.BF16, options.latentShape(2))) {
            assertThrows(IllegalArgumentException.class, () -> codec.encode(new float[3 * 16 * 24], 2));
            assertThrows(IllegalArgumentException.class, () -> codec.encode(new float[0], 0));
            assertThrows(IllegalArgumentException.class, () -> codec.decode(wide, picture -> {}));
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> codec.decode(narrow, picture -> {}));
            assertEquals("BF16[2,16,2,3] given as latents of F32[2,16,2,3]", e.getMessage());
        }
    }

    private static void assertSame(List<byte[]> expected, List<byte[]> actual) {
        assertEquals(expected.size(), actual.size(), "pictures");
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), "picture " + i);
        }
    }
}
