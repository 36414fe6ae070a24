package dev.caravan.processors.frames;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Picture;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PictureProbeTest {

    private static final FfmpegPictures PICTURES = new FfmpegPictures(PictureLimits.DEFAULTS);

    private final PictureProbe probe = new PictureProbe(PictureLimits.DEFAULTS);

    @AfterAll
    static void close() {
        PICTURES.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"JPEG", "PNG", "WEBP"})
    void theBytesTellFormatAndSizeAndStayUntouched(PictureFormat format) throws Exception {
        byte[] data = PICTURES.encode(TestPictures.waves(333, 221), format, 80);
        Picture.Encoded picture = probe.check(Optional.of(format), data);
        assertEquals(format.contentType(), picture.contentType());
        assertEquals(333, picture.width());
        assertEquals(221, picture.height());
        assertSame(data, picture.data());
    }

    @Test
    void aLosslessWebpIsRead() throws Exception {
        byte[] onePixel = Base64.getDecoder().decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==");
        assertEquals(new PictureHeader(PictureFormat.WEBP, 1, 1), PictureProbe.read(onePixel));
        assertEquals(1, PICTURES.decode(probe.check(Optional.empty(), onePixel)).width());
    }

    @ParameterizedTest
    @EnumSource(names = {"JPEG", "PNG", "WEBP"})
    void aHeaderCutAnywhereIsRefusedAndNeverReadPastItsEnd(PictureFormat format) throws Exception {
        byte[] data = PICTURES.encode(TestPictures.waves(32, 32), format, 80);
        int header = switch (format) {
            case JPEG -> 3;
            case PNG -> 33;
            default -> 30;
        };
        for (int length = 0; length < header; length++) {
            byte[] cut = Arrays.copyOf(data, length);
            assertThrows(BadPictureException.class, () -> PictureProbe.read(cut));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JPEG", "PNG", "WEBP"})
    void aWrongContentTypeIsRefusedInOneLine(PictureFormat format) throws Exception {
        byte[] data = PICTURES.encode(TestPictures.waves(32, 32), format, 80);
        PictureFormat wrong = format == PictureFormat.JPEG ? PictureFormat.PNG : PictureFormat.JPEG;
        var refused = assertThrows(BadPictureException.class, () -> probe.check(Optional.of(wrong), data));
        assertEquals(
                "content-type says " + wrong.contentType() + " but the bytes are " + format.contentType(), refused.getMessage());
    }

    @Test
    void aHugePngIsRefusedByItsHeaderAlone() {
        byte[] huge = TestPictures.png(30000, 30000, 8, 2, new byte[][] {{0}});
        var refused = assertThrows(BadPictureException.class, () -> probe.check(Optional.empty(), huge));
        assertEquals(
                "the picture is 30000x30000; at most 4096x4096 and 9437184 pixels are accepted", refused.getMessage());
    }

    @Test
    void aPngThatClaimsMoreThanAnIntegerIsRefused() {
        byte[] huge = TestPictures.png(-1, 1, 8, 2, new byte[][] {{0}});
        assertThrows(BadPictureException.class, () -> probe.check(Optional.empty(), huge));
    }

    @Test
    void bothSidesWithinTheLimitButTooManyPixelsIsRefused() {
        byte[] square = TestPictures.png(4096, 4096, 8, 2, new byte[][] {{0}});
        assertThrows(BadPictureException.class, () -> probe.check(Optional.empty(), square));
    }

    @Test
    void moreBytesThanTheLimitAreRefusedBeforeTheyAreLookedAt() {
        var small = new PictureProbe(new PictureLimits(100, 64, 64, 4096));
        var refused = assertThrows(BadPictureException.class, () -> small.check(Optional.empty(), new byte[101]));
        assertEquals("the picture takes 101 bytes; at most 100 are accepted", refused.getMessage());
    }

    @Test
    void whatIsNoPictureIsNamedByItsFirstBytes() {
        var refused = assertThrows(BadPictureException.class, () -> PictureProbe.read("GIF89a".getBytes()));
        assertEquals("not a JPEG, PNG or WebP picture (it begins with 47 49 46 38)", refused.getMessage());
        assertEquals(
                "the picture is empty",
                assertThrows(BadPictureException.class, () -> PictureProbe.read(new byte[0])).getMessage());
    }

    @Test
    void anAnimatedWebpIsRefused() {
        byte[] animated = new byte[30];
        byte[] head = "RIFF\u0016\0\0\0WEBPVP8X\n\0\0\0\u0002".getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(head, 0, animated, 0, head.length);
        var refused = assertThrows(BadPictureException.class, () -> PictureProbe.read(animated));
        assertTrue(refused.getMessage().contains("animated"), refused.getMessage());
    }

    @Test
    void aJpegOfThousandsOfScansIsRefusedBeforeItIsDecoded() throws Exception {
        byte[] jpeg = PICTURES.encodeJpeg(TestPictures.waves(32, 32), 80);
        int scan = indexOfScan(jpeg);
        var bomb = new ByteArrayOutputStream();
        bomb.write(jpeg, 0, scan);
        for (int i = 0; i < 33; i++) {
            bomb.write(jpeg, scan, jpeg.length - 2 - scan);
        }
        bomb.write(jpeg, jpeg.length - 2, 2);
        var picture = probe.check(Optional.empty(), bomb.toByteArray());
        var refused = assertThrows(BadPictureException.class, () -> PICTURES.decode(picture));
        assertEquals("the JPEG has more than 32 scans", refused.getMessage());
    }

    @Test
    void aJpegWhoseScanLeavesAColourPlaneOutIsRefused() throws Exception {
        byte[] jpeg = JpegFile.essentials(PICTURES.encodeJpeg(TestPictures.waves(32, 32), 80));
        int scan = indexOfScan(jpeg);
        jpeg[scan + 5 + 4] = jpeg[scan + 5 + 2]; // the third component of the scan becomes the second once more
        var refused = assertThrows(BadPictureException.class, () -> PICTURES.decode(new Picture.Encoded("image/jpeg", 32, 32, jpeg)));
        assertEquals("the JPEG ends before all of its colour planes came", refused.getMessage());
    }

    @Test
    void contentTypesAreUnderstoodWithParametersAndInAnyCase() {
        assertEquals(Optional.of(PictureFormat.JPEG), PictureFormat.of("Image/JPEG; charset=utf-8"));
        assertEquals(Optional.of(PictureFormat.JPEG), PictureFormat.of("image/jpg"));
        assertEquals(Optional.of(PictureFormat.RGB24), PictureFormat.of("video/raw; format=RGB24"));
        assertEquals(Optional.of(PictureFormat.I420), PictureFormat.of("i420"));
        for (String other : new String[] {"", ";", "video/raw", "video/raw;format=jpeg", "text/plain", "image/gif"}) {
            assertEquals(Optional.empty(), PictureFormat.of(other), other);
        }
        for (PictureFormat format : PictureFormat.values()) {
            assertEquals(Optional.of(format), PictureFormat.of(format.contentType()));
        }
    }

    private static int indexOfScan(byte[] jpeg) {
        for (int i = 2; ; i++) {
            if (jpeg[i] == (byte) 0xFF && jpeg[i + 1] == (byte) 0xDA) {
                return i;
            }
        }
    }
}
