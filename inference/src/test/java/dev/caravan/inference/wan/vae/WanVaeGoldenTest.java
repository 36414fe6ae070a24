package dev.caravan.inference.wan.vae;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The Wan VAEs against the numbers that the original modules made. */
@Tag("golden")
class WanVaeGoldenTest {

    private static final double TOLERANCE = 1e-4;

    static List<GoldenCase> streams() {
        return GoldenCase.where(manifest -> manifest.path("config").has("base_dim")
                && manifest.path("calls").valueStream().anyMatch(call -> call.path("op").asText().startsWith("stream_")));
    }

    static List<GoldenCase> chunks() {
        return GoldenCase.where(manifest -> manifest.path("weights").has("vae")
                && manifest.path("calls").valueStream().anyMatch(call -> call.path("expect").has("frames_u8")));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("streams")
    void everyCallOfAStreamGivesWhatWasRecorded(GoldenCase golden) throws CheckpointException {
        VaeOptions options = options(golden);
        try (VideoAutoencoder vae = VideoAutoencoders.load(options, golden.weights(), Ort.cpu());
                WanCodec codec = (WanCodec) vae.open()) {
            for (JsonNode call : golden.calls()) {
                play(golden, call, options, codec);
            }
        }
    }

    /** Whole chunks of a pipeline: their final latents become their pictures. */
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("chunks")
    void theLatentsOfAPipelineBecomeItsPictures(GoldenCase golden) throws CheckpointException {
        VaeOptions options = options(golden);
        try (VideoAutoencoder vae = VideoAutoencoders.load(
                        options, golden.checkpoint(golden.manifest().path("weights").path("vae").asText()), Ort.cpu());
                VideoCodec codec = vae.open()) {
            for (JsonNode call : golden.calls()) {
                if (call.path("state").path("vae_cleared").asBoolean()) {
                    codec.clear();
                }
                List<byte[]> pictures = Videos.decode(codec, options, golden.floats(call.path("expect").path("final_latents").asText()));
                if (!call.path("expect").has("frames_u8")) {
                    continue;
                }
                float[] expected = golden.floats(call.path("expect").path("frames_u8").asText());
                float[] actual = new float[expected.length];
                int bytes = expected.length / pictures.size();
                assertEquals(bytes, pictures.getFirst().length, "bytes of a picture");
                for (int i = 0; i < actual.length; i++) {
                    actual[i] = pictures.get(i / bytes)[i % bytes] & 255;
                }
                Deviation.within(golden + " call " + call.path("index"), expected, actual, 1);
            }
        }
    }

    private static void play(GoldenCase golden, JsonNode call, VaeOptions options, WanCodec codec) throws CheckpointException {
        String what = golden + " call " + call.path("index") + " " + call.path("op").asText();
        switch (call.path("op").asText()) {
            case "clear_cache" -> codec.clear();
            case "stream_decode" -> {
                float[] z = golden.floats(call.path("inputs").path("z").asText());
                float[] latents = Videos.swap(z, VaeOptions.CHANNELS, call.path("latents").asInt());
                expect(what, golden, call, "decoded", Videos.decodeRaw(codec, options, latents));
                states(what, golden, call, codec.decoderState());
            }
            case "stream_encode" -> {
                encode(what, golden, call, codec, VideoCodec.Memory.STREAM);
                states(what, golden, call, codec.memory(VideoCodec.Memory.STREAM).state());
            }
            case "one_off_encode" -> encode(what, golden, call, codec, VideoCodec.Memory.NONE);
            default -> throw new AssertionError(what + " is not known here");
        }
    }

    private static void encode(String what, GoldenCase golden, JsonNode call, VideoCodec codec, VideoCodec.Memory memory)
            throws CheckpointException {
        float[] pixels = Videos.centred(golden.floats(call.path("inputs").path("pixels_u8").asText()));
        float[] latents = Videos.encode(codec, pixels, call.path("frames").asInt(), memory);
        expect(what, golden, call, "latents", Videos.swap(latents, call.path("latents").asInt(), VaeOptions.CHANNELS));
    }

    private static void states(String what, GoldenCase golden, JsonNode call, VaeState state) throws CheckpointException {
        for (Map.Entry<String, JsonNode> expected : call.path("expect").properties()) {
            if (expected.getKey().startsWith("state.")) {
                Tensor tensor = state.tensor(expected.getKey().substring("state.".length()));
                expect(what, golden, call, expected.getKey(), tensor.floats());
            }
        }
    }

    private static void expect(String what, GoldenCase golden, JsonNode call, String role, float[] actual) throws CheckpointException {
        Deviation.ofOutputs(what + " " + role, golden.floats(call.path("expect").path(role).asText()), actual, TOLERANCE);
    }

    private static VaeOptions options(GoldenCase golden) {
        VaeType type = golden.manifest().at("/config/pruning_rate").asDouble() > 0 ? VaeType.LIGHTVAE : VaeType.WAN;
        JsonNode size = golden.manifest().path("pixel_size");
        return new VaeOptions(type, size.path(0).asInt(), size.path(1).asInt(), DType.F32);
    }
}
