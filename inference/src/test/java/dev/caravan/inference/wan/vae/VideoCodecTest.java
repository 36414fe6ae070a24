package dev.caravan.inference.wan.vae;

import static dev.caravan.inference.wan.vae.VideoCodec.Memory.NONE;
import static dev.caravan.inference.wan.vae.VideoCodec.Memory.STREAM;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Narrow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        vaes = new TestVaes(folder, VaeType.values());
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
    void aPicturesNumbersAreThoseItsBytesAreMadeOf(VaeType type) {
        VaeOptions options = vaes.of(type).options();
        int plane = options.height() * options.width();
        List<VideoCodec.Decoded> seen = new ArrayList<>();
        try (VideoCodec codec = vaes.of(type).open();
                Tensor latents = Ort.cpu().of(options.latents(), options.latentShape(2), Videos.latents(options, 2, 3))) {
            codec.decode(latents, new VideoCodec.PictureSink() {
                @Override
                public void accept(byte[] rgb) {
                    throw new AssertionError("who takes pictures whole is not given their bytes besides");
                }

                @Override
                public void decoded(VideoCodec.Decoded picture) {
                    seen.add(picture);
                    byte[] rgb = picture.rgb();
                    float[] numbers = picture.numbers();
                    assertEquals(3 * plane, numbers.length);
                    for (int i = 0; i < rgb.length; i++) {
                        float number = numbers[i % 3 * plane + i / 3];
                        assertTrue(Math.abs(number) <= 1);
                        assertEquals((int) (255 * (number * 0.5f + 0.5f)), rgb[i] & 255, "sample " + i);
                    }
                }
            });
            assertEquals(5, seen.size());
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

    /** As beside a transformer that computes in another type. */
    @Test
    void latentsMayBeOfAnotherTypeThanWhatIsComputed() throws CheckpointException {
        VideoAutoencoder exact = vaes.of(VaeType.TAE);
        VaeOptions narrow = exact.options().withLatents(DType.BF16);
        float[] video = Videos.pixels(narrow, 4, 38);
        try (VideoAutoencoder vae = VideoAutoencoders.load(narrow, vaes.checkpoint(VaeType.TAE), Ort.cpu());
                VideoCodec a = exact.open();
                VideoCodec b = vae.open();
                Tensor latents = b.encode(video, 4)) {
            float[] expected = Videos.encode(a, video, 4, STREAM);
            for (int i = 0; i < expected.length; i++) {
                expected[i] = Narrow.roundToBf16(expected[i]);
            }
            assertArrayEquals(expected, latents.floats());
            List<byte[]> pictures = new ArrayList<>();
            b.decode(latents, pictures::add);
            assertSame(Videos.decode(a, exact.options(), expected), pictures);
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
