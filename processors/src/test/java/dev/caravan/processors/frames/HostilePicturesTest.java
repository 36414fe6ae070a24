package dev.caravan.processors.frames;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whatever bytes come, the answer is a picture of the announced size or one line, and memory stays. */
class HostilePicturesTest {

    private static final int MUTANTS_PER_SEED = 500;
    private static final long GROWTH_ALLOWED = 24L << 20;

    private final FfmpegPictures pictures = new FfmpegPictures(PictureLimits.DEFAULTS);

    @AfterEach
    void close() {
        pictures.close();
    }

    @Test
    void mutatedFilesNeverCrashAndNeverLeak() throws Exception {
        List<byte[]> seeds = seeds();
        // The first round fills the allocator's and the decoders' own caches; growth is measured over the rounds after it.
        round(seeds, new Random(1));
        long held = Pointer.totalBytes();
        long resident = residentBytes();
        int decoded = 0;
        for (int i = 2; i < 5; i++) {
            decoded += round(seeds, new Random(i));
        }
        assertEquals(held, Pointer.totalBytes(), "native memory that only the garbage collector would free");
        long growth = residentBytes() - resident;
        assertTrue(growth < GROWTH_ALLOWED, "resident memory grew by " + growth);
        assertTrue(decoded > 0, "the mutator leaves nothing alive: it tests the probe only");
    }

    @Test
    void aMegabyteOfRandomBytesIsRefusedAsAnyFormat() throws Exception {
        Random random = new Random(7);
        byte[] noise = new byte[1 << 20];
        for (int i = 0; i < 20; i++) {
            random.nextBytes(noise);
            for (byte[] seed : seeds()) {
                byte[] file = noise.clone();
                System.arraycopy(seed, 0, file, 0, i * 2);
                assertTrue(decode(file).isEmpty());
            }
        }
    }

    private int round(List<byte[]> seeds, Random random) {
        int decoded = 0;
        for (byte[] seed : seeds) {
            for (int i = 0; i < MUTANTS_PER_SEED; i++) {
                decoded += decode(mutate(seed, random)).isPresent() ? 1 : 0;
            }
        }
        return decoded;
    }

    /** Only a picture of the probed size or a one-line refusal may come out; any other exception fails the test. */
    private Optional<Picture> decode(byte[] file) {
        try {
            Picture.Encoded probed = pictures.probe().check(Optional.empty(), file);
            Picture.I420 picture = pictures.decode(probed);
            assertEquals(probed.width(), picture.width());
            assertEquals(probed.height(), picture.height());
            return Optional.of(picture);
        } catch (BadPictureException refused) {
            assertEquals(1, refused.getMessage().lines().count());
            return Optional.empty();
        }
    }

    private List<byte[]> seeds() throws BadPictureException {
        List<byte[]> seeds = new ArrayList<>();
        for (PictureFormat format : new PictureFormat[] {PictureFormat.JPEG, PictureFormat.PNG, PictureFormat.WEBP}) {
            seeds.add(pictures.encode(TestPictures.waves(203, 151), format, 60));
        }
        return seeds;
    }

    private static byte[] mutate(byte[] seed, Random random) {
        byte[] file = seed.clone();
        // Headers are a small part of a file and most of the parsing: half of the hits go there.
        int reach = random.nextBoolean() ? Math.min(200, file.length) : file.length;
        for (int hits = 1 + random.nextInt(6); hits > 0; hits--) {
            int at = random.nextInt(reach);
            switch (random.nextInt(4)) {
                case 0 -> file[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> file[at] = (byte) random.nextInt(256);
                case 2 -> file[at] = (byte) (random.nextBoolean() ? 0xFF : 0x00);
                default -> {
                    int from = random.nextInt(file.length);
                    System.arraycopy(seed, from, file, at, Math.min(random.nextInt(32), file.length - Math.max(at, from)));
                }
            }
        }
        if (random.nextInt(8) == 0) {
            return Arrays.copyOf(file, random.nextInt(file.length));
        }
        // Checksums would stop nearly every mutant of a PNG at the door.
        return PngFile.looksLikeOne(file) && random.nextInt(8) != 0 ? TestPictures.withChecksums(file) : file;
    }

    /** Zero where the system does not tell: then only the other measures hold. */
    private static long residentBytes() throws IOException {
        Path statm = Path.of("/proc/self/statm");
        System.gc();
        return Files.exists(statm) ? Long.parseLong(Files.readString(statm).split(" ")[1]) * 4096 : 0;
    }
}
