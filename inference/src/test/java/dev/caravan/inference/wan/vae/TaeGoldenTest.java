package dev.caravan.inference.wan.vae;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.CheckpointFile;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The TAE and the LightTAE against the numbers that the original modules made. */
@Tag("golden")
class TaeGoldenTest {

    private static final double TOLERANCE = 1e-4;
    /** Convolutions of which only the last rows count. */
    private static final List<String> GROW = List.of("decoder.7.conv.weight", "decoder.13.conv.weight", "decoder.19.conv.weight");

    @TempDir
    Path folder;

    static List<GoldenCase> streams() {
        return GoldenCase.where(manifest -> manifest.path("weights").path("generated").asBoolean()
                && manifest.path("calls").valueStream().anyMatch(call -> call.path("vae").asText().endsWith("tae")));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("streams")
    void everyCallOfAStreamGivesWhatWasRecorded(GoldenCase golden) throws CheckpointException {
        HashedWeights weights = new HashedWeights(golden.manifest().path("weights"));
        assertRecordedWith(golden, weights);
        Checkpoint checkpoint = CheckpointFile.of(folder.resolve("tae.safetensors"), weights.shapes(), weights::values);
        Map<VaeType, VideoAutoencoder> loaded = new EnumMap<>(VaeType.class);
        Map<VaeType, VideoCodec> codecs = new EnumMap<>(VaeType.class);
        try {
            for (JsonNode call : golden.calls()) {
                VaeType type = VaeType.of(call.path("vae").asText());
                if (!loaded.containsKey(type)) {
                    loaded.put(type, VideoAutoencoders.load(options(golden, type), checkpoint, Ort.cpu()));
                    codecs.put(type, loaded.get(type).open());
                }
                play(golden, call, codecs.get(type), options(golden, type));
            }
        } finally {
            codecs.values().forEach(VideoCodec::close);
            loaded.values().forEach(VideoAutoencoder::close);
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("streams")
    void ofAConvolutionWithTooManyRowsTheLastOnesCount(GoldenCase golden) throws CheckpointException {
        HashedWeights weights = new HashedWeights(golden.manifest().path("weights"));
        Map<String, Shape> shapes = weights.shapes();
        GROW.forEach(name -> shapes.computeIfPresent(name, (same, shape) -> Shape.of(2 * shape.dim(0), shape.dim(1), 1, 1)));
        Checkpoint checkpoint = CheckpointFile.of(folder.resolve("old.safetensors"), shapes, (name, shape) -> {
            float[] values = weights.values(name, weights.shapes().get(name));
            float[] all = new float[(int) shape.elements()];
            Arrays.fill(all, 1e9f);
            System.arraycopy(values, 0, all, all.length - values.length, values.length);
            return all;
        });
        JsonNode first = golden.calls().stream().filter(call -> call.path("op").asText().equals("decode")).findFirst().orElseThrow();
        VaeOptions options = options(golden, VaeType.of(first.path("vae").asText()));
        try (VideoAutoencoder vae = VideoAutoencoders.load(options, checkpoint, Ort.cpu());
                VideoCodec codec = vae.open()) {
            play(golden, first, codec, options);
        }
    }

    private static void play(GoldenCase golden, JsonNode call, VideoCodec codec, VaeOptions options) throws CheckpointException {
        String what = golden + " call " + call.path("index") + " " + call.path("op").asText();
        int latents = call.path("latents").asInt();
        switch (call.path("op").asText()) {
            case "clear_cache" -> codec.clear();
            case "decode" -> {
                float[] z = Videos.swap(golden.floats(call.path("inputs").path("z").asText()), VaeOptions.CHANNELS, latents);
                Deviation.ofOutputs(what, golden.floats(call.path("expect").path("frames").asText()),
                        Videos.clamped(Videos.decodeRaw(codec, options, z)), TOLERANCE);
            }
            case "encode" -> {
                float[] pixels = Videos.centred(golden.floats(call.path("inputs").path("pixels_u8").asText()));
                float[] encoded = Videos.encode(codec, pixels, call.path("frames").asInt(), memory(call));
                Deviation.ofOutputs(what, golden.floats(call.path("expect").path("latents").asText()),
                        Videos.swap(encoded, latents, VaeOptions.CHANNELS), TOLERANCE);
            }
            default -> throw new AssertionError(what + " is not known here");
        }
    }

    private static VideoCodec.Memory memory(JsonNode call) {
        if (!call.path("streaming").asBoolean()) {
            return VideoCodec.Memory.NONE;
        }
        return switch (call.path("cache").asText()) {
            case "inactive" -> VideoCodec.Memory.VACE_INACTIVE;
            case "reactive" -> VideoCodec.Memory.VACE_REACTIVE;
            default -> VideoCodec.Memory.STREAM;
        };
    }

    /** The first four numbers and the last of every tensor; one that has fewer is told by its first and last. */
    private static void assertRecordedWith(GoldenCase golden, HashedWeights weights) throws CheckpointException {
        float[] probe = golden.floats("probe");
        Map<String, Shape> shapes = weights.shapes();
        int at = 0;
        for (JsonNode name : golden.manifest().path("probe_order")) {
            float[] values = weights.values(name.asText(), shapes.get(name.asText()));
            int first = values.length < 4 ? 1 : 4;
            assertArrayEquals(Arrays.copyOfRange(probe, at, at + first), Arrays.copyOf(values, first), name.asText());
            assertEquals(probe[at + 4], values[values.length - 1], name.asText());
            at += 5;
        }
    }

    private static VaeOptions options(GoldenCase golden, VaeType type) {
        JsonNode size = golden.manifest().path("pixel_size");
        return new VaeOptions(type, size.path(0).asInt(), size.path(1).asInt(), DType.F32);
    }
}
