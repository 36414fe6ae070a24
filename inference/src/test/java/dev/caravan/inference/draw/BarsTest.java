package dev.caravan.inference.draw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.frame.Pixels;
import dev.caravan.inference.frame.Resize;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BarsTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 0x555555, 0xAAAAAA, 0x123456, 0xFFFFFF, 0x7FFFFF})
    void anyCounterComesBack(int counter) {
        I420 picture = noise(576, 320);
        assertTrue(CounterBar.write(picture, counter));
        assertEquals(OptionalInt.of(counter), CounterBar.read(picture));
    }

    @Test
    void theCounterWrapsAtTwentyFourBits() {
        I420 picture = noise(576, 320);
        CounterBar.write(picture, CounterBar.MODULUS + 5L);
        assertEquals(OptionalInt.of(5), CounterBar.read(picture));
    }

    @ParameterizedTest
    @CsvSource({"576,320", "512,512", "640,480", "272,64", "271,65", "160,120", "144,48", "1921,1081"})
    void bothBarsSurviveALossyCodecAtAnySizeThatHasRoom(int width, int height) {
        I420 picture = noise(width, height);
        int hash = PromptBar.of("a paper boat");
        assertTrue(CounterBar.fits(width, height));
        CounterBar.write(picture, 123_456);
        PromptBar.write(picture, hash);
        I420 received = lossy(picture);
        assertEquals(OptionalInt.of(123_456), CounterBar.read(received));
        assertEquals(OptionalInt.of(hash), PromptBar.read(received));
    }

    @Test
    void aPictureScaledOnItsWayIsReadAfterScalingBack() {
        I420 picture = noise(576, 320);
        CounterBar.write(picture, 77);
        assertEquals(OptionalInt.of(77), CounterBar.read(Resize.to(Resize.to(picture, 432, 240), 576, 320)));
    }

    @ParameterizedTest
    @CsvSource({"143,320", "576,23", "1,1"})
    void whereThereIsNoRoomNothingIsDrawnAndNothingIsRead(int width, int height) {
        I420 picture = noise(width, height);
        byte[] before = picture.data().clone();
        assertFalse(CounterBar.write(picture, 1));
        assertFalse(PromptBar.write(picture, 1));
        assertEquals(OptionalInt.empty(), CounterBar.read(picture));
        assertEquals(OptionalInt.empty(), PromptBar.read(picture));
        assertEquals(0, java.util.Arrays.compare(before, picture.data()));
    }

    @Test
    void aPictureWithoutBarsGivesNoNumber() {
        for (int seed = 0; seed < 20; seed++) {
            assertEquals(OptionalInt.empty(), CounterBar.read(noise(576, 320, seed)));
            assertEquals(OptionalInt.empty(), PromptBar.read(noise(576, 320, seed)));
        }
        assertEquals(OptionalInt.empty(), CounterBar.read(new I420(576, 320, new byte[I420.size(576, 320)])));
    }

    @Test
    void oneCellReadWrongIsNoticed() {
        I420 picture = noise(576, 320);
        CounterBar.write(picture, 0);
        // The lowest bit is cell 25 of 32.
        new Canvas(picture).fill(576 - 8 - 7 * 8, 320 - 16, 8, 8, Ink.WHITE);
        assertEquals(OptionalInt.empty(), CounterBar.read(picture));
    }

    @Test
    void theBarStandsWhereItsDescriptionSays() {
        I420 picture = noise(576, 320);
        CounterBar.write(picture, 0x800000);
        assertEquals(235, Pixels.luma(picture, 576 - 8 - 256, 320 - 16));
        assertEquals(16, Pixels.luma(picture, 576 - 8 - 248, 320 - 16));
        assertEquals(235, Pixels.luma(picture, 576 - 8 - 240, 320 - 16));
        assertEquals(235, Pixels.luma(picture, 576 - 9, 320 - 9));
    }

    @Test
    void thePromptHashIsTheCrcOfItsTextInUtf8() {
        assertEquals(0xCBF43926, PromptBar.of("123456789"));
        assertEquals(0, PromptBar.of(List.of()));
        assertEquals(PromptBar.of("ünï"), PromptBar.of(List.of("ünï")));
        assertEquals(PromptBar.of("a\nb"), PromptBar.of(List.of("a", "b")));
    }

    /** What a codec at a low rate does, without one: edges are smeared over their neighbours and values are off. */
    private static I420 lossy(I420 picture) {
        Random random = new Random(3);
        int width = picture.width();
        byte[] out = picture.data().clone();
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < width; x++) {
                int sum = 0;
                for (int i = 0; i < 9; i++) {
                    int column = Math.clamp(x - 1 + i % 3, 0, width - 1);
                    int row = Math.clamp(y - 1 + i / 3, 0, picture.height() - 1);
                    sum += Pixels.luma(picture, column, row);
                }
                out[y * width + x] = (byte) Math.clamp(sum / 9 + random.nextInt(-40, 41), 0, 255);
            }
        }
        return new I420(width, picture.height(), out);
    }

    private static I420 noise(int width, int height) {
        return noise(width, height, 1);
    }

    private static I420 noise(int width, int height, int seed) {
        byte[] data = new byte[I420.size(width, height)];
        new Random(seed).nextBytes(data);
        return new I420(width, height, data);
    }
}
