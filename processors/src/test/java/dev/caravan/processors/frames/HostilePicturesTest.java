package dev.caravan.processors.frames;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Picture;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Whatever bytes come, the answer is a picture of the announced size or one line, and memory stays. */
class HostilePicturesTest {

    private static final int MUTANTS_PER_SEED = 400;
    private static final long GROWTH_ALLOWED = 1L << 20;
    private static final int ROUNDS = 4;

    private final FfmpegPictures pictures = new FfmpegPictures(PictureLimits.DEFAULTS);

    @AfterEach
    void close() {
        pictures.close();
    }

    @Test
    void mutatedFilesNeverCrashAndNeverLeak() throws Throwable {
        List<byte[]> seeds = seeds();
        var random = new Random(1);
        int[] decoded = new int[1];
        assertNoRoundLeaks(() -> {
            for (byte[] seed : seeds) {
                for (int i = 0; i < MUTANTS_PER_SEED; i++) {
                    decoded[0] += decode(mutate(seed, random)).isPresent() ? 1 : 0;
                }
            }
        });
        assertTrue(decoded[0] > 0, "the mutator leaves nothing alive: it tests the probe only");
    }

    @Test
    void encodingNeverLeaks() throws Throwable {
        Picture.I420 picture = TestPictures.waves(203, 151);
        assertNoRoundLeaks(() -> {
            for (int i = 0; i < 300; i++) {
                encodeAll(picture, i);
            }
        });
    }

    /**
     * A leak leaks in every round; the compiler, the allocator's caches and other threads of the JVM disturb only some. So the best of
     * the rounds after the first must be nearly clean.
     */
    private static void assertNoRoundLeaks(Executable round) throws Throwable {
        round.execute();
        long held = Pointer.totalBytes();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long before = nativeBytes();
            round.execute();
            least = Math.min(least, nativeBytes() - before);
        }
        assertEquals(held, Pointer.totalBytes(), "native memory that only the garbage collector would free");
        assertTrue(least < GROWTH_ALLOWED, "native memory grew by " + least + " in every round");
    }

    private void encodeAll(Picture.I420 picture, int round) throws BadPictureException {
        pictures.encodeJpeg(picture, 1 + round % 100);
        pictures.thumbnail(picture, 40 + round % 100, 70);
        if (round % 8 == 0) {
            pictures.encode(picture, PictureFormat.WEBP, 50);
            pictures.encode(picture, PictureFormat.PNG, 50);
        }
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

    /** What malloc has given out and not got back; the Java heap is not in it. Zero where the C library does not tell. */
    private static long nativeBytes() throws Throwable {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> function = linker.defaultLookup().find("mallinfo2");
        if (function.isEmpty()) {
            return 0;
        }
        StructLayout layout = MemoryLayout.structLayout(MemoryLayout.sequenceLayout(10, ValueLayout.JAVA_LONG));
        MethodHandle call = linker.downcallHandle(function.get(), FunctionDescriptor.of(layout));
        try (Arena arena = Arena.ofConfined()) {
            var info = (MemorySegment) call.invokeExact((SegmentAllocator) arena);
            long mapped = info.getAtIndex(ValueLayout.JAVA_LONG, 4);
            long inUse = info.getAtIndex(ValueLayout.JAVA_LONG, 7);
            return mapped + inUse;
        }
    }
}
