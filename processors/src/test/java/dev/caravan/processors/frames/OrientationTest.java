package dev.caravan.processors.frames;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.caravan.inference.frame.Picture.Rgb24;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Photos of phones: stored as the camera was held, seen upright. */
class OrientationTest {

    /** Letters are colours: two rows of three pixels. */
    private static final String STORED = "abc/def";

    private static final FfmpegPictures PICTURES = new FfmpegPictures(PictureLimits.DEFAULTS);

    @AfterAll
    static void close() {
        PICTURES.close();
    }

    @ParameterizedTest
    @CsvSource({"0, abc/def", "1, abc/def", "2, cba/fed", "3, fed/cba", "4, def/abc", "5, ad/be/cf", "6, da/eb/fc", "7, fc/eb/da",
        "8, cf/be/ad", "9, abc/def", "65535, abc/def"})
    void aFileIsSeenAsItSaysItIsToBeTurned(int number, String seen) throws Exception {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            byte[] file = with(PictureFormat.PNG, PICTURES.encode(picture(STORED), PictureFormat.PNG, 100), exif(number, order));
            Rgb24 upright = PICTURES.toUprightRgb24(PICTURES.probe().check(Optional.empty(), file));
            assertEquals(seen, letters(upright));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JPEG", "PNG", "WEBP"})
    void everyFormatCanSayIt(PictureFormat format) throws Exception {
        byte[] file = PICTURES.encode(plain(12, 8), format, 90);
        byte[] sideways = with(format, file, exif(6, ByteOrder.BIG_ENDIAN));
        Rgb24 upright = PICTURES.toUprightRgb24(PICTURES.probe().check(Optional.empty(), sideways));
        assertEquals(8, upright.width());
        assertEquals(12, upright.height());
        assertEquals(12, PICTURES.toUprightRgb24(PICTURES.probe().check(Optional.empty(), file)).width());
    }

    @ParameterizedTest
    @EnumSource(names = {"JPEG", "PNG", "WEBP"})
    void nonsenseTurnsNothing(PictureFormat format) throws Exception {
        byte[] file = PICTURES.encode(plain(12, 8), format, 90);
        byte[] good = exif(6, ByteOrder.LITTLE_ENDIAN);
        Random random = new Random(4);
        for (int i = 0; i < 300; i++) {
            byte[] bad = Arrays.copyOf(good, i < good.length ? i : good.length);
            for (int spoilt = 0; spoilt < i % 4 && bad.length > 0; spoilt++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            byte[] whole = with(format, file, bad);
            Orientation.of(format, Arrays.copyOf(whole, whole.length - random.nextInt(whole.length)));
            Rgb24 seen = PICTURES.toUprightRgb24(PICTURES.probe().check(Optional.empty(), whole));
            assertEquals(12 * 8, seen.width() * seen.height());
        }
        for (byte[] bad : new byte[][] {exif(0x0600_0006, ByteOrder.BIG_ENDIAN), farAway(good, -1), farAway(good, good.length),
            farAway(good, Integer.MAX_VALUE), endless(good)}) {
            assertSame(Orientation.UPRIGHT, Orientation.of(format, with(format, file, bad)));
        }
    }

    @Test
    void theFirstOfTwoCounts() throws Exception {
        byte[] file = PICTURES.encode(picture(STORED), PictureFormat.PNG, 100);
        byte[] twice = with(PictureFormat.PNG, with(PictureFormat.PNG, file, exif(3, ByteOrder.BIG_ENDIAN)), exif(2, ByteOrder.BIG_ENDIAN));
        assertEquals("cba/fed", letters(PICTURES.toUprightRgb24(PICTURES.probe().check(Optional.empty(), twice))));
    }

    @Test
    void whatIsStoredUprightIsNotCopied() {
        Rgb24 stored = picture(STORED);
        assertSame(stored, Orientation.UPRIGHT.turned(stored));
        assertArrayEquals(stored.data(), new Orientation(true, false, false).turned(new Orientation(true, false, false).turned(stored)).data());
    }

    /** TIFF of one entry; a number too large for the entry's type is written as one of another type. */
    private static byte[] exif(int number, ByteOrder order) {
        ByteBuffer tiff = ByteBuffer.allocate(26).order(order);
        tiff.put((order == ByteOrder.LITTLE_ENDIAN ? "II" : "MM").getBytes(StandardCharsets.US_ASCII)).putShort((short) 42).putInt(8);
        tiff.putShort((short) 1).putShort((short) 274).putShort((short) (number > 65535 ? 4 : 3)).putInt(1);
        return (number > 65535 ? tiff.putInt(number) : tiff.putShort((short) number)).array();
    }

    private static byte[] farAway(byte[] little, int list) {
        return ByteBuffer.wrap(little.clone()).order(ByteOrder.LITTLE_ENDIAN).putInt(4, list).array();
    }

    /** More entries than there are, none of them the one that is looked for. */
    private static byte[] endless(byte[] little) {
        return ByteBuffer.wrap(little.clone()).order(ByteOrder.LITTLE_ENDIAN).putShort(8, (short) -1).putShort(10, (short) 1).array();
    }

    /** The file with that in the place where its format has it, before all else of its kind. */
    private static byte[] with(PictureFormat format, byte[] file, byte[] exif) {
        var out = new ByteArrayOutputStream();
        switch (format) {
            case JPEG -> {
                out.write(file, 0, 2);
                out.writeBytes(ByteBuffer.allocate(10).putShort((short) 0xFFE1).putShort((short) (exif.length + 8)).putInt(0x45786966)
                        .array());
                out.writeBytes(exif);
                out.write(file, 2, file.length - 2);
            }
            case PNG -> {
                out.write(file, 0, 33);
                out.writeBytes(ByteBuffer.allocate(8).putInt(exif.length).putInt(0x65584966).array());
                out.writeBytes(exif);
                out.writeBytes(new byte[4]);
                out.write(file, 33, file.length - 33);
            }
            default -> {
                int padded = exif.length + (exif.length & 1);
                ByteBuffer head = ByteBuffer.wrap(Arrays.copyOf(file, 12)).order(ByteOrder.LITTLE_ENDIAN);
                out.writeBytes(head.putInt(4, file.length + padded).array());
                out.write(file, 12, file.length - 12);
                out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(0x46495845).putInt(exif.length).array());
                out.writeBytes(Arrays.copyOf(exif, padded));
            }
        }
        return out.toByteArray();
    }

    private static Rgb24 picture(String letters) {
        String[] rows = letters.split("/");
        byte[] rgb = new byte[3 * rows.length * rows[0].length()];
        String all = String.join("", rows);
        for (int i = 0; i < all.length(); i++) {
            Arrays.fill(rgb, 3 * i, 3 * i + 3, (byte) all.charAt(i));
        }
        return new Rgb24(rows[0].length(), rows.length, rgb);
    }

    private static String letters(Rgb24 picture) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < picture.width() * picture.height(); i++) {
            out.append(i > 0 && i % picture.width() == 0 ? "/" : "").append((char) picture.data()[3 * i]);
        }
        return out.toString();
    }

    private static Rgb24 plain(int width, int height) {
        return new Rgb24(width, height, new byte[3 * width * height]);
    }
}
