package dev.caravan.inference.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.diffusion.PhiloxNoise.Grid;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.tensor.Narrow;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("golden")
class GoldenNoiseTest {

    static List<GoldenCase> noises() {
        return GoldenCase.where(manifest -> manifest.at("/calls/0/op").asText().equals("generator"));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("noises")
    void everyDrawIsTheRecordedOne(GoldenCase golden) throws CheckpointException {
        for (JsonNode generator : golden.calls()) {
            PhiloxNoise noise = new PhiloxNoise(Long.parseUnsignedLong(generator.path("seed_as_string").asText()));
            for (JsonNode draw : generator.path("calls")) {
                assertEquals(draw.path("offset_before").asLong(), noise.offset());
                float[] normals = noise.normals(draw.path("elements").asInt());
                assertEquals(draw.path("offset_after").asLong(), noise.offset());
                compare(golden, draw.path("expect"), normals, draw.path("threads").asInt());
            }
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("noises")
    void theRawWordsAreExact(GoldenCase golden) {
        for (JsonNode generator : golden.calls()) {
            long seed = Long.parseUnsignedLong(generator.path("seed_as_string").asText());
            for (JsonNode draw : generator.path("calls")) {
                int elements = draw.path("elements").asInt();
                int threads = Grid.HOPPER.threads(elements);
                assertEquals(draw.path("threads").asInt(), threads);
                // Only of threads that draw a number.
                String hash = hashOfWords(seed, draw.path("offset_before").asLong() / 4, Math.min(threads, elements));
                assertEquals(draw.path("sha256_words_x_y").asText(), hash, draw.path("shape").toString());
            }
        }
    }

    private static void compare(GoldenCase golden, JsonNode expect, float[] normals, int threads) throws CheckpointException {
        for (var entry : expect.properties()) {
            String part = entry.getKey();
            float[] expected = golden.floats(entry.getValue().asText());
            float[] found = part(part.replace("bf16_", ""), normals, expected.length, threads);
            if (part.startsWith("bf16_")) {
                for (int i = 0; i < found.length; i++) {
                    found[i] = Narrow.roundToBf16(found[i]);
                }
                Deviation.ofBf16(entry.getValue().asText(), expected, found);
            } else {
                Deviation.ofNormals(entry.getValue().asText(), expected, found);
            }
        }
    }

    private static float[] part(String name, float[] normals, int length, int threads) {
        return switch (name) {
            case "all" -> normals;
            case "last64" -> Arrays.copyOfRange(normals, normals.length - length, normals.length);
            case "every1000" -> {
                float[] sampled = new float[length];
                for (int i = 0; i < length; i++) {
                    sampled[i] = normals[1000 * i];
                }
                yield sampled;
            }
            // Around the place where the second number of a thread begins.
            case "around_component_switch" -> Arrays.copyOfRange(normals, threads - length / 2, threads + length / 2);
            default -> Arrays.copyOf(normals, length);
        };
    }

    private static String hashOfWords(long seed, long counter, int threads) {
        ByteBuffer xy = ByteBuffer.allocate(8 * threads).order(ByteOrder.LITTLE_ENDIAN);
        int[] words = new int[4];
        for (int thread = 0; thread < threads; thread++) {
            Philox.words(seed, counter, thread, words);
            xy.putInt(4 * thread, words[0]).putInt(4 * (threads + thread), words[1]);
        }
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(xy.array()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
