package dev.caravan.processors.frames;

import static dev.caravan.processors.frames.TestPictures.BARS_YUV;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Picture;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FfmpegPicturesTest {

    private final FfmpegPictures pictures = new FfmpegPictures(PictureLimits.DEFAULTS);

    @AfterEach
    void close() {
        pictures.close();
    }

    @ParameterizedTest
    @CsvSource({"JPEG, 3", "PNG, 2", "WEBP, 5"})
    void colourBarsSurviveAFileOfEachKind(PictureFormat format, int tolerance) throws Exception {
        Picture.Encoded file = TestPictures.file(pictures, TestPictures.bars(320, 64), format);
        assertBars(pictures.decode(file), tolerance);
    }

    @Test
    void rgbBecomesLimitedRangeBt601() throws Exception {
        assertBars(pictures.toI420(TestPictures.bars(320, 64)), 1);
    }

    @Test
    void limitedRangeBecomesFullRgbAgain() throws Exception {
        Picture.Rgb24 bars = TestPictures.bars(320, 64);
        Picture.Rgb24 back = pictures.toRgb24(pictures.toI420(bars));
        for (int bar = 0; bar < 8; bar++) {
            int at = (32 * 320 + bar * 40 + 20) * 3;
            for (int c = 0; c < 3; c++) {
                assertEquals(bars.data()[at + c] & 0xFF, back.data()[at + c] & 0xFF, 4, "bar " + bar + " channel " + c);
            }
        }
    }

    @Test
    void anotherDecoderSeesTheSameColoursInOurJpeg() throws Exception {
        byte[] jpeg = pictures.encodeJpeg(TestPictures.bars(320, 64), 95);
        BufferedImage seen = ImageIO.read(new ByteArrayInputStream(jpeg));
        for (int bar = 0; bar < 8; bar++) {
            int rgb = seen.getRGB(bar * 40 + 20, 32);
            for (int shift = 0; shift <= 16; shift += 8) {
                assertEquals(TestPictures.BARS[bar] >> shift & 0xFF, rgb >> shift & 0xFF, 6, "bar " + bar);
            }
        }
    }

    @Test
    void aJpegOfAnotherEncoderWithFullColourPlanesIsDecodedInItsColours() throws Exception {
        BufferedImage image = new BufferedImage(320, 64, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 64; y++) {
            for (int x = 0; x < 320; x++) {
                image.setRGB(x, y, TestPictures.BARS[x / 40]);
            }
        }
        var out = new ByteArrayOutputStream();
        ImageIO.write(image, "jpg", out);
        assertBars(pictures.decode(pictures.probe().check(Optional.of(PictureFormat.JPEG), out.toByteArray())), 4);
    }

    @Test
    void aGreyJpegHasNeutralColourAndLimitedRange() throws Exception {
        BufferedImage image = new BufferedImage(64, 48, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < 48; y++) {
            for (int x = 0; x < 32; x++) {
                image.setRGB(x, y, 0xFFFFFF);
            }
        }
        var out = new ByteArrayOutputStream();
        ImageIO.write(image, "jpg", out);
        Picture.I420 decoded = pictures.decode(pictures.probe().check(Optional.empty(), out.toByteArray()));
        assertEquals(235, TestPictures.y(decoded, 8, 8), 1);
        assertEquals(16, TestPictures.y(decoded, 56, 8), 1);
        assertEquals(128, TestPictures.u(decoded, 8, 8), 1);
        assertEquals(128, TestPictures.v(decoded, 56, 8), 1);
    }

    @Test
    void pngOfGreyPaletteAlphaOneBitAndSixteenBitsIsDecoded() throws Exception {
        byte[] white = {(byte) 255, (byte) 255};
        byte[][] grey = {white, white};
        byte[][] oneBit = {{(byte) 0xC0}, {(byte) 0xC0}};
        byte[][] palette = {{1, 1}, {1, 1}};
        byte[][] rgbaRed = {{(byte) 255, 0, 0, 0, (byte) 255, 0, 0, 0}, {(byte) 255, 0, 0, 0, (byte) 255, 0, 0, 0}};
        byte[][] grey16 = {{(byte) 255, (byte) 255, (byte) 255, (byte) 255}, {(byte) 255, (byte) 255, (byte) 255, (byte) 255}};
        byte[] colours = TestPictures.chunk("PLTE", new byte[] {0, 0, 0, 0, 0, (byte) 255});
        assertPixel(decodePng(TestPictures.png(2, 2, 8, 0, grey)), 235, 128, 128);
        assertPixel(decodePng(TestPictures.png(2, 2, 1, 0, oneBit)), 235, 128, 128);
        assertPixel(decodePng(TestPictures.png(2, 2, 16, 0, grey16)), 235, 128, 128);
        assertPixel(decodePng(TestPictures.png(2, 2, 8, 3, palette, colours)), 41, 240, 110);
        assertPixel(decodePng(TestPictures.png(2, 2, 8, 6, rgbaRed)), 81, 90, 240);
    }

    @Test
    void aPngWithACompressedTextThatWouldUnpackToGigabytesIsDecodedWithoutIt() throws Exception {
        var text = new ByteArrayOutputStream();
        text.write(new byte[] {'a', 0, 0});
        try (var deflater = new DeflaterOutputStream(text)) {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 256; i++) {
                deflater.write(zeros);
            }
        }
        byte[] bomb = TestPictures.png(1, 1, 8, 0, new byte[][] {{(byte) 255}}, TestPictures.chunk("zTXt", text.toByteArray()));
        byte[] essentials = PngFile.essentials(bomb);
        assertTrue(essentials.length < 100, "the text is still there: " + essentials.length);
        assertEquals(235, TestPictures.y(decodePng(bomb), 0, 0));
    }

    @ParameterizedTest
    @EnumSource(names = {"JPEG", "PNG", "WEBP"})
    void oddSizesKeepTheirSizeAndTexture(PictureFormat format) throws Exception {
        Picture.I420 waves = TestPictures.waves(333, 221);
        Picture.I420 back = pictures.decode(TestPictures.file(pictures, waves, format));
        assertEquals(333, back.width());
        assertEquals(221, back.height());
        assertTrue(meanDifference(waves, back) < 4, "differs by " + meanDifference(waves, back));
    }

    @ParameterizedTest
    @EnumSource(names = {"JPEG", "PNG", "WEBP"})
    void theSmallestPictureIsAPicture(PictureFormat format) throws Exception {
        Picture.I420 back = pictures.decode(TestPictures.file(pictures, TestPictures.waves(1, 1), format));
        assertEquals(1, back.width());
        assertEquals(1, back.height());
    }

    @ParameterizedTest
    @EnumSource(names = {"JPEG", "PNG", "WEBP"})
    void aFileCutAnywhereIsRefused(PictureFormat format) throws Exception {
        Picture.Encoded file = TestPictures.file(pictures, TestPictures.waves(64, 48), format);
        for (int length = file.data().length - 1; length > 0; length -= 61) {
            var cut = new Picture.Encoded(file.contentType(), 64, 48, Arrays.copyOf(file.data(), length));
            var refused = assertThrows(BadPictureException.class, () -> pictures.decode(cut), "cut at " + length);
            assertEquals(1, refused.getMessage().lines().count());
        }
    }

    @Test
    void aJpegWithHalfOfItsScanIsRefusedThoughItHasAnEnd() throws Exception {
        byte[] whole = pictures.encodeJpeg(TestPictures.waves(320, 240), 90);
        byte[] holed = Arrays.copyOf(whole, whole.length / 2);
        holed[holed.length - 2] = (byte) 0xFF;
        holed[holed.length - 1] = (byte) 0xD9;
        var file = new Picture.Encoded("image/jpeg", 320, 240, holed);
        assertThrows(BadPictureException.class, () -> pictures.decode(file));
    }

    @Test
    void oneSendersTablesAreNotUsedForTheNextSendersPicture() throws Exception {
        byte[] whole = pictures.encodeJpeg(TestPictures.waves(64, 48), 90);
        pictures.decode(new Picture.Encoded("image/jpeg", 64, 48, whole));
        byte[] withoutTables = JpegFile.essentials(whole);
        for (int i = 2; i < withoutTables.length - 1; i++) {
            if (withoutTables[i] == (byte) 0xFF && withoutTables[i + 1] == (byte) 0xDB) {
                // a quantisation table becomes an ignored application segment
                withoutTables[i + 1] = (byte) 0xE5;
            }
        }
        Picture.I420 decoded;
        try {
            decoded = pictures.decode(new Picture.Encoded("image/jpeg", 64, 48, withoutTables));
        } catch (BadPictureException refused) {
            return;
        }
        assertTrue(meanDifference(TestPictures.waves(64, 48), decoded) > 10, "decoded with a table it did not bring");
    }

    @Test
    void aHugePictureIsRefusedWhoeverMadeTheEncodedObject() {
        byte[] huge = TestPictures.png(30000, 30000, 8, 2, new byte[][] {{0}});
        var lie = new Picture.Encoded("image/png", 16, 16, huge);
        var refused = assertThrows(BadPictureException.class, () -> pictures.decode(lie));
        assertTrue(refused.getMessage().contains("30000x30000"), refused.getMessage());
    }

    @Test
    void aFileInTheWantedFormatIsPassedThrough() throws Exception {
        Picture.Encoded jpeg = TestPictures.file(pictures, TestPictures.waves(64, 48), PictureFormat.JPEG);
        assertSame(jpeg.data(), pictures.encodeJpeg(jpeg, 10));
        Picture.I420 raw = TestPictures.waves(64, 48);
        assertSame(raw.data(), pictures.encode(raw, PictureFormat.I420, 10));
    }

    @Test
    void betterQualityIsLargerAndNearer() throws Exception {
        Picture.I420 waves = TestPictures.waves(320, 240);
        byte[] poor = pictures.encodeJpeg(waves, 20);
        byte[] usual = pictures.encodeJpeg(waves, 85);
        byte[] best = pictures.encodeJpeg(waves, 100);
        assertTrue(poor.length < usual.length && usual.length < best.length, poor.length + " " + usual.length + " " + best.length);
        assertTrue(pictures.encode(waves, PictureFormat.WEBP, 20).length < pictures.encode(waves, PictureFormat.WEBP, 95).length);
        assertThrows(IllegalArgumentException.class, () -> pictures.encodeJpeg(waves, 0));
        assertThrows(IllegalArgumentException.class, () -> pictures.encodeJpeg(waves, 101));
    }

    @Test
    void qualityMeansWhatItMeansElsewhere() throws Exception {
        var out = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB), "jpg", out);
        byte[] ours = quantisers(pictures.encodeJpeg(TestPictures.waves(16, 16), 75));
        byte[] theirs = quantisers(out.toByteArray());
        assertArrayEquals(theirs, ours, "ImageIO writes the tables of quality 75 unless told otherwise");
    }

    /** The 63 AC steps of both tables, in file order; FFmpeg keeps the DC step fixed. */
    private static byte[] quantisers(byte[] jpeg) {
        var steps = new ByteArrayOutputStream();
        for (int i = 2; steps.size() < 126; i += 2 + ((jpeg[i + 2] & 0xFF) << 8 | jpeg[i + 3] & 0xFF)) {
            if (jpeg[i + 1] == (byte) 0xDB) {
                int end = i + 2 + (jpeg[i + 3] & 0xFF);
                for (int table = i + 4; table + 65 <= end; table += 65) {
                    steps.write(jpeg, table + 2, 63);
                }
            }
        }
        return steps.toByteArray();
    }

    @Test
    void aThumbnailKeepsTheShapeAndIsNeverEnlarged() throws Exception {
        PictureHeader small = PictureProbe.read(pictures.thumbnail(TestPictures.waves(576, 320), 160, 70));
        assertEquals(new PictureHeader(PictureFormat.JPEG, 160, 89), small);
        assertEquals(64, PictureProbe.read(pictures.thumbnail(TestPictures.waves(64, 48), 160, 70)).width());
        Picture.Encoded file = TestPictures.file(pictures, TestPictures.bars(640, 128), PictureFormat.PNG);
        byte[] ofFile = pictures.thumbnail(file, 320, 90);
        assertBars(pictures.decode(pictures.probe().check(Optional.empty(), ofFile)), 3);
    }

    @Test
    void manyThreadsGetTheSamePictureAsOne() throws Exception {
        List<Picture.Encoded> files = new ArrayList<>();
        for (int size = 64; size < 128; size += 9) {
            files.add(TestPictures.file(pictures, TestPictures.waves(size, size / 2), PictureFormat.JPEG));
        }
        List<Picture.I420> alone = new ArrayList<>();
        for (Picture.Encoded file : files) {
            alone.add(pictures.decode(file));
        }
        try (var threads = Executors.newFixedThreadPool(8)) {
            List<Callable<Void>> work = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                int which = i % files.size();
                work.add(() -> {
                    assertArrayEquals(alone.get(which).data(), pictures.decode(files.get(which)).data());
                    return null;
                });
            }
            for (Future<Void> done : threads.invokeAll(work)) {
                done.get();
            }
        }
    }

    @Test
    void scalersAreReusedForTheSameGeometryAndBoundedForMany() throws Exception {
        Picture.Encoded file = TestPictures.file(pictures, TestPictures.bars(320, 64), PictureFormat.JPEG);
        int before = pictures.idleScalers();
        pictures.decode(file);
        pictures.decode(file);
        assertEquals(before + 1, pictures.idleScalers());
        for (int width = 16; width < 80; width++) {
            pictures.encodeJpeg(TestPictures.waves(width, 16), 50);
        }
        assertEquals(16, pictures.idleScalers());
        pictures.close();
        assertEquals(0, pictures.idleScalers());
        pictures.decode(file);
        assertEquals(0, pictures.idleScalers(), "after closing nothing is kept");
    }

    private Picture.I420 decodePng(byte[] png) throws BadPictureException {
        return pictures.decode(pictures.probe().check(Optional.of(PictureFormat.PNG), png));
    }

    private static void assertBars(Picture.I420 picture, int tolerance) {
        int bar = picture.width() / 8;
        for (int i = 0; i < 8; i++) {
            int x = i * bar + bar / 2;
            assertEquals(BARS_YUV[i][0], TestPictures.y(picture, x, picture.height() / 2), tolerance, "Y of bar " + i);
            assertEquals(BARS_YUV[i][1], TestPictures.u(picture, x, picture.height() / 2), tolerance, "U of bar " + i);
            assertEquals(BARS_YUV[i][2], TestPictures.v(picture, x, picture.height() / 2), tolerance, "V of bar " + i);
        }
    }

    private static void assertPixel(Picture.I420 picture, int y, int u, int v) {
        assertEquals(y, TestPictures.y(picture, 0, 0), 1);
        assertEquals(u, TestPictures.u(picture, 0, 0), 1);
        assertEquals(v, TestPictures.v(picture, 0, 0), 1);
    }

    private static double meanDifference(Picture.I420 a, Picture.I420 b) {
        long sum = 0;
        for (int i = 0; i < a.data().length; i++) {
            sum += Math.abs((a.data()[i] & 0xFF) - (b.data()[i] & 0xFF));
        }
        return (double) sum / a.data().length;
    }
}
