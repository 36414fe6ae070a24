package dev.caravan.api.assets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.processors.frames.FfmpegPictures;
import dev.caravan.processors.frames.PictureFormat;
import dev.caravan.processors.frames.PictureLimits;
import java.awt.image.BufferedImage;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AssetPicturesTest {

    private static final int RED = 200;
    private static final int KEPT = 80_000;

    @TempDir
    private Path home;

    private Path root;
    private FfmpegPictures decoder;
    private AssetPictures pictures;

    @BeforeEach
    void folder() throws Exception {
        home = home.toRealPath();
        root = home.resolve("assets");
        decoder = new FfmpegPictures(new PictureLimits(1 << 20, 6000, 6000, 6000 * 6000));
        pictures = new AssetPictures(new AssetFolder(root, 50 << 20), decoder, KEPT);
        put(home.resolve("secret.png"), 8, 8, RED);
    }

    @AfterEach
    void close() {
        decoder.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"PNG", "JPEG", "WEBP"})
    void aPictureIsWhatItsFileShows(PictureFormat format) throws Exception {
        Files.write(root.resolve("a.png"), decoder.encode(plain(12, 10, RED), format, 90));
        Rgb24 picture = pictures.open("a.png");
        assertEquals(12, picture.width());
        assertEquals(10, picture.height());
        assertEquals(RED, picture.data()[0] & 255, 3);
        assertEquals(0, picture.data()[1] & 255, 3);
    }

    @Test
    void aFileWithoutLossComesBackAsItWas() throws Exception {
        byte[] rgb = new byte[3 * 16 * 9];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i * 37);
        }
        Files.write(root.resolve("a.png"), decoder.encode(new Rgb24(16, 9, rgb), PictureFormat.PNG, 100));
        assertTrue(Arrays.equals(rgb, pictures.open("a.png").data()));
    }

    /** A phone held upright stores its picture lying on its side; the page shows it as it was held. */
    @Test
    void aPhotoOfAPhoneIsUpright() throws Exception {
        byte[] file = decoder.encode(plain(12, 10, RED), PictureFormat.JPEG, 90);
        byte[] exif = HexFormat.of().parseHex("ffe1 0022 457869660000 4d4d002a00000008 0001 0112 0003 00000001 0006 0000 00000000"
                .replace(" ", ""));
        byte[] photo = new byte[file.length + exif.length];
        System.arraycopy(file, 0, photo, 0, 2);
        System.arraycopy(exif, 0, photo, 2, exif.length);
        System.arraycopy(file, 2, photo, 2 + exif.length, file.length - 2);
        Files.write(root.resolve("a.jpg"), photo);
        Rgb24 picture = pictures.open("a.jpg");
        assertEquals(10, picture.width());
        assertEquals(12, picture.height());
    }

    @Test
    void aPathMayBeAsTheListGivesItOrRelativeToTheFolder() throws Exception {
        put(root.resolve("a.png"), 8, 8, RED);
        put(root.resolve("sub/b.png"), 8, 8, RED);
        Rgb24 a = pictures.open(root.resolve("a.png").toString());
        for (String path : new String[] {"a.png", "assets/a.png", "/assets/a.png", "sub/../a.png", "./a.png", root + "/sub/../a.png"}) {
            assertSame(a, pictures.open(path), path);
        }
        assertSame(pictures.open(root.resolve("sub/b.png").toString()), pictures.open("/assets/sub/b.png"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "../secret.png", "assets/../../secret.png", "/assets/../secret.png", "a/../../secret.png", "..\\secret.png", "/secret.png", "none.png",
        "", "/", ".", "sub", "sub.png", "a\u0000.png", "\n.png", "link.png", "folder-link/secret.png", "notes.txt", "clip.mp4",
        "/etc/passwd", "/path/to/image.png", "file:///secret.png", "http://localhost/a.png", "dangling.png", "loop.png"
    })
    void whatIsNoPictureOfTheFolderIsNotThere(String path) throws Exception {
        Files.createDirectories(root.resolve("sub"));
        Files.createDirectories(root.resolve("sub.png"));
        Files.createSymbolicLink(root.resolve("link.png"), home.resolve("secret.png"));
        Files.createSymbolicLink(root.resolve("folder-link"), home);
        Files.createSymbolicLink(root.resolve("dangling.png"), home.resolve("nothing"));
        Files.createSymbolicLink(root.resolve("loop.png"), root.resolve("loop.png"));
        Files.copy(home.resolve("secret.png"), root.resolve("notes.txt"));
        Files.copy(home.resolve("secret.png"), root.resolve("clip.mp4"));
        String message = refused(path);
        assertTrue(message.startsWith("there is no picture "), message);
    }

    @Test
    void theSecretItselfIsNotOpenedByItsWholePath() {
        String message = refused(home.resolve("secret.png").toString());
        assertEquals("there is no picture secret.png in the assets; upload it with POST /api/v1/assets first", message);
    }

    @Test
    void aLinkWithinTheFolderIsFollowed() throws Exception {
        put(root.resolve("a.png"), 8, 8, RED);
        Files.createSymbolicLink(root.resolve("b.png"), root.resolve("a.png"));
        assertSame(pictures.open("a.png"), pictures.open("b.png"));
    }

    @Test
    void aFileThatIsNoPictureIsRefusedWithTheReason() throws Exception {
        Files.writeString(root.resolve("a.png"), "not a picture");
        assertEquals("a.png cannot be used: not a JPEG, PNG or WebP picture (it begins with 6e 6f 74 20)", refused("a.png"));
        Files.write(root.resolve("b.png"), new byte[0]);
        assertEquals("b.png cannot be used: the picture is empty", refused("b.png"));
        byte[] whole = decoder.encode(plain(64, 64, RED), PictureFormat.PNG, 100);
        Files.write(root.resolve("c.png"), Arrays.copyOf(whole, whole.length / 2));
        assertTrue(refused("c.png").startsWith("c.png cannot be used: "));
    }

    @Test
    void aFileThatGoesAwayBetweenTwoUsesIsToldOfAndOneInItsPlaceIsSeen() throws Exception {
        put(root.resolve("a.png"), 8, 8, RED);
        pictures.open("a.png");
        Files.delete(root.resolve("a.png"));
        assertEquals("there is no picture a.png in the assets; upload it with POST /api/v1/assets first", refused("a.png"));
        put(root.resolve("a.png"), 6, 4, 10);
        assertEquals(6, pictures.open("a.png").width());
    }

    @Test
    void manySessionsAtOnceSeeEachItsOwnPicture() throws Exception {
        for (int i = 0; i < 8; i++) {
            put(root.resolve(i + ".png"), 100, 100, i); // two of them are kept
        }
        try (ExecutorService sessions = Executors.newFixedThreadPool(4)) {
            List<Future<Integer>> reds = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String name = i % 8 + ".png";
                reds.add(sessions.submit(() -> (int) pictures.open(name).data()[0]));
            }
            for (int i = 0; i < reds.size(); i++) {
                assertEquals(i % 8, reds.get(i).get());
            }
        }
    }

    /** Sixteen bits, a palette, grey, transparency: all that people's programs write. */
    @ParameterizedTest
    @ValueSource(ints = {BufferedImage.TYPE_USHORT_GRAY, BufferedImage.TYPE_BYTE_INDEXED, BufferedImage.TYPE_BYTE_GRAY,
        BufferedImage.TYPE_4BYTE_ABGR, BufferedImage.TYPE_BYTE_BINARY})
    void whateverAPngIsStoredAsIsSeenInColours(int type) throws Exception {
        BufferedImage image = new BufferedImage(9, 7, type);
        for (int i = 0; i < 63; i++) {
            image.setRGB(i % 9, i / 9, 0xffffffff);
        }
        try (OutputStream out = Files.newOutputStream(root.resolve("a.png"))) {
            ImageIO.write(image, "png", out);
        }
        Rgb24 picture = pictures.open("a.png");
        for (byte white : picture.data()) {
            assertEquals(255, white & 255, 1);
        }
        assertEquals(3 * 63, picture.data().length);
    }

    @Test
    void aFileOfTooManyBytesIsNotRead() throws Exception {
        Files.write(root.resolve("a.png"), new byte[(1 << 20) + 1]);
        assertEquals("a.png cannot be used: it has more than 1 MB", refused("a.png"));
    }

    @Test
    void aSmallFileThatClaimsToBeHugeIsNotDecoded() throws Exception {
        byte[] png = decoder.encode(plain(8, 8, RED), PictureFormat.PNG, 100);
        png[16] = 0x00;
        png[18] = 0x7f; // 32 520 pixels wide
        Files.write(root.resolve("a.png"), png);
        String message = refused("a.png");
        assertTrue(message.startsWith("a.png cannot be used: "), message);
        assertEquals(1, message.lines().count());
    }

    @Test
    void aNameThatCannotBeShownIsShortenedAndMadePrintable() {
        String message = refused("\u202e\u0007" + "x".repeat(4000) + ".png");
        assertTrue(message.length() < 200 && message.chars().allMatch(c -> c >= 0x20 && c < 0x7f), message);
    }

    @Test
    void aPictureNamedAgainIsNotDecodedAgainUntilItIsReplaced() throws Exception {
        Path file = root.resolve("a.png");
        put(file, 8, 8, RED);
        Rgb24 first = pictures.open("a.png");
        assertSame(first, pictures.open("a.png"));
        put(file, 8, 8, 10);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
        assertEquals(10, pictures.open("a.png").data()[0]);
    }

    @Test
    void whatIsKeptIsBounded() throws Exception {
        for (int i = 0; i < 4; i++) {
            put(root.resolve(i + ".png"), 100, 100, i); // 30 000 bytes each
        }
        Rgb24 oldest = pictures.open("0.png");
        Rgb24 next = pictures.open("1.png");
        assertSame(oldest, pictures.open("0.png"));
        pictures.open("2.png");
        assertSame(oldest, pictures.open("0.png"), "used since");
        assertNotSame(next, pictures.open("1.png"), "left to make room");
    }

    @Test
    void aPictureTooLargeToBeKeptIsOpenedAllTheSame() throws Exception {
        put(root.resolve("small.png"), 8, 8, RED);
        put(root.resolve("a.png"), 200, 200, 1);
        Rgb24 small = pictures.open("small.png");
        assertEquals(200, pictures.open("a.png").width());
        assertSame(small, pictures.open("small.png"));
    }

    private String refused(String path) {
        PipelineException refused = assertThrows(PipelineException.class, () -> pictures.open(path));
        assertFalse(refused.fatal());
        assertFalse(refused.getMessage().contains(home.toString()), refused.getMessage());
        return refused.getMessage();
    }

    private void put(Path file, int width, int height, int red) throws Exception {
        Files.createDirectories(file.getParent());
        Files.write(file, decoder.encode(plain(width, height, red), PictureFormat.PNG, 100));
    }

    private static Rgb24 plain(int width, int height, int red) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i += 3) {
            rgb[i] = (byte) red;
        }
        return new Rgb24(width, height, rgb);
    }
}
