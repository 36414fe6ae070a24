package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.diffusion.Raster;
import dev.caravan.inference.diffusion.VaceGuides;
import dev.caravan.inference.diffusion.VideoPreprocessing;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.wan.LatentSize;
import dev.caravan.inference.wan.vae.VaeOptions;
import dev.caravan.inference.wan.vae.VaeType;
import dev.caravan.inference.wan.vae.VideoAutoencoder;
import dev.caravan.inference.wan.vae.VideoAutoencoders;
import dev.caravan.inference.wan.vae.VideoCodec;
import dev.caravan.inference.wan.vae.VideoCodec.Memory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Contexts through one continuing stream: what is encoded, in which order, from which state, and where it goes. */
@Tag("golden")
class VaceConditionerGoldenTest {

    private static final double LATENTS = 1e-4;
    private static final double PICTURES = 1e-5;

    static Stream<GoldenCase> cases() {
        return GoldenCase.where(manifest -> manifest.path("calls").valueStream()
                .anyMatch(call -> call.path("op").asText().equals("vace_encode")
                        || call.path("op").asText().equals("prepare_reference_image"))).stream();
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("cases")
    void everyContextIsThatOfTheReference(GoldenCase golden) throws CheckpointException {
        int height = golden.manifest().at("/pixel_size/0").asInt();
        int width = golden.manifest().at("/pixel_size/1").asInt();
        VaeOptions options = new VaeOptions(VaeType.WAN, height, width, DType.F32);
        try (VideoAutoencoder vae = VideoAutoencoders.load(options, golden.weights(), Ort.cpu());
                RecordingCodec codec = new RecordingCodec(vae.open())) {
            Case made = new Case(golden, LatentSize.ofPictures(height, width), new VideoPreprocessing(width, height, DType.F32), codec);
            for (JsonNode call : golden.calls()) {
                made.play(call);
            }
        }
    }

    private record Case(GoldenCase golden, LatentSize size, VideoPreprocessing preprocessing, RecordingCodec codec) {

        void play(JsonNode call) throws CheckpointException {
            String what = golden + " call " + call.path("index").asInt() + " (" + call.path("label").asText() + ")";
            switch (call.path("op").asText()) {
                case "vace_encode" -> encode(what, call);
                case "decode_first" -> decode(call.path("latents").asInt());
                case "clear_cache" -> codec.clear();
                case "prepare_reference_image" -> Deviation.within(what, golden.floats(call.at("/expect/prepared").asText()),
                        preprocessing.reference(picture(call.path("image").asText())), PICTURES);
                default -> throw new AssertionError(what + ": " + call.path("op"));
            }
        }

        /** What is decoded does not matter to an encoder; only that it is. */
        private void decode(int latents) {
            try (Tensor zeros = Ort.cpu().zeros(DType.F32, size.latents(latents))) {
                codec.decode(zeros, picture -> {});
            }
        }

        private void encode(String what, JsonNode call) throws CheckpointException {
            codec.encodes.clear();
            int chunkFrames = 4 * golden.manifest().path("num_frame_per_block").asInt();
            VaceConditioner conditioner = new VaceConditioner(Ort.cpu(), codec, size, chunkFrames);
            try (VaceContext context = conditioner.context(guides(call)).orElseThrow()) {
                assertEquals(call.path("context_frames").asInt(), context.frames(), what + ": frames");
                float[] expected = golden.floats(call.at("/expect/vace_context").asText());
                float[] actual = channelsFirst(context.tensor().floats(), context.frames(), 96);
                int masks = 32 * context.frames() * size.height() * size.width();
                Deviation.within(what + ": latents", Arrays.copyOf(expected, masks), Arrays.copyOf(actual, masks), LATENTS);
                Deviation.within(what + ": masks", Arrays.copyOfRange(expected, masks, expected.length),
                        Arrays.copyOfRange(actual, masks, actual.length), 0);
            }
            List<JsonNode> calls = call.path("encoder_calls").valueStream().toList();
            assertEquals(calls.size(), codec.encodes.size(), what + ": encodes");
            for (int i = 0; i < calls.size(); i++) {
                compare(what + ": encode " + i, calls.get(i), codec.encodes.get(i));
            }
        }

        private void compare(String what, JsonNode expected, Encode actual) throws CheckpointException {
            assertEquals(expected.path("streaming").asBoolean(), actual.memory() != Memory.NONE, what + ": continues the stream");
            assertFalse(actual.memory() == Memory.STREAM, what + ": has a memory of its own where there is one");
            assertEquals(expected.path("frames").asInt(), actual.frames(), what + ": frames");
            if (expected.path("expect").has("encoder_pixels")) {
                Deviation.within(what + ": pixels", golden.floats(expected.at("/expect/encoder_pixels").asText()), actual.pixels(), PICTURES);
            }
            int frames = actual.latents().length / 16 / size.height() / size.width();
            Deviation.within(what + ": latents", golden.floats(expected.at("/expect/encoder_latents").asText()),
                    channelsFirst(actual.latents(), frames, 16), LATENTS);
        }

        private VaceGuides guides(JsonNode call) throws CheckpointException {
            JsonNode request = call.path("request");
            List<float[]> references = new ArrayList<>();
            for (JsonNode name : request.path("vace_ref_images")) {
                references.add(image(name).orElseThrow());
            }
            return new VaceGuides(size.width() * 8, size.height() * 8,
                    scaled(call.at("/inputs/frames_u8"), 2, -1), scaled(call.at("/inputs/masks_u8"), 1, 0),
                    references, image(request.path("first_frame_image")), image(request.path("last_frame_image")));
        }

        private Optional<float[]> scaled(JsonNode name, float scale, float offset) throws CheckpointException {
            if (!name.isTextual()) {
                return Optional.empty();
            }
            float[] values = golden.floats(name.asText());
            for (int i = 0; i < values.length; i++) {
                values[i] = values[i] / 255 * scale + offset;
            }
            return Optional.of(values);
        }

        private Optional<float[]> image(JsonNode name) throws CheckpointException {
            return name.isTextual() ? Optional.of(preprocessing.reference(picture("image." + name.asText()))) : Optional.empty();
        }

        private Raster picture(String name) throws CheckpointException {
            Shape shape = golden.stored(name).shape();
            float[] planes = golden.floats(name);
            byte[] rgb = new byte[planes.length];
            for (int i = 0; i < rgb.length; i++) {
                rgb[i] = (byte) planes[i % 3 * (rgb.length / 3) + i / 3];
            }
            return new Raster(rgb, (int) shape.dim(2), (int) shape.dim(1));
        }

        /** [T,C,h,w] as [C,T,h,w]. */
        private float[] channelsFirst(float[] values, int frames, int channels) {
            int plane = size.height() * size.width();
            float[] out = new float[values.length];
            for (int t = 0; t < frames; t++) {
                for (int c = 0; c < channels; c++) {
                    System.arraycopy(values, (t * channels + c) * plane, out, (c * frames + t) * plane, plane);
                }
            }
            return out;
        }
    }

    private record Encode(float[] pixels, int frames, Memory memory, float[] latents) {}

    /** Remembers what is encoded. */
    private static final class RecordingCodec implements VideoCodec {

        private final VideoCodec codec;
        private final List<Encode> encodes = new ArrayList<>();

        RecordingCodec(VideoCodec codec) {
            this.codec = codec;
        }

        @Override
        public Tensor encode(float[] pixels, int frames, Memory memory) {
            Tensor latents = codec.encode(pixels, frames, memory);
            encodes.add(new Encode(pixels, frames, memory, latents.floats()));
            return latents;
        }

        @Override
        public void clear() {
            codec.clear();
        }

        @Override
        public void decode(Tensor latents, PictureSink out) {
            codec.decode(latents, out);
        }

        @Override
        public void close() {
            codec.close();
        }
    }
}
