package dev.caravan.inference.pipeline.causal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.ContextWindow;
import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.diffusion.RollingWindow;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.text.Conditioning;
import dev.caravan.inference.text.GoldenPrompts;
import dev.caravan.inference.text.PromptEmbedding;
import dev.caravan.inference.wan.LatentMix;
import dev.caravan.inference.wan.LatentSize;
import dev.caravan.inference.wan.Transformer;
import dev.caravan.inference.wan.TransformerConfig;
import dev.caravan.inference.wan.TransformerOptions;
import dev.caravan.inference.wan.umt5.TextEncoder;
import dev.caravan.inference.wan.vae.VaeOptions;
import dev.caravan.inference.wan.vae.VaeType;
import dev.caravan.inference.wan.vae.VideoAutoencoder;
import dev.caravan.inference.wan.vae.VideoAutoencoders;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** The networks of a recorded case with a stream on them; prompts are looked up in the case's table of token ids. */
final class GoldenModel implements AutoCloseable {

    private final GoldenCase golden;
    private final CausalNetworks networks;
    private final ChunkGenerator generator;
    private RecordedChunk recorded = new RecordedChunk();

    GoldenModel(GoldenCase golden) throws CheckpointException {
        this.golden = golden;
        int height = golden.manifest().at("/pixel_size/0").asInt();
        int width = golden.manifest().at("/pixel_size/1").asInt();
        TransformerConfig config = config();
        TextEncoder text = TextEncoder.load(Ort.cpu(), weights("text_encoder"), config.textLen());
        LatentSize size = LatentSize.ofPictures(height, width);
        CausalFamily family = family();
        TransformerOptions options = TransformerOptions.of(DType.F32).withKeys(family.newCachePolicy().keys());
        Transformer transformer = Transformer.load(Ort.cpu(), config, size, weights("transformer")::get, options);
        VideoAutoencoder vae =
                VideoAutoencoders.load(new VaeOptions(VaeType.WAN, height, width, DType.F32), weights("vae"), Ort.cpu());
        networks = new CausalNetworks(
                Ort.cpu(), DType.F32, size, name -> encode(text, name), text, transformer, vae, new LatentMix(Ort.cpu()), new MemoryPlan("", 0, 0));
        generator = new ChunkGenerator(family, networks, seed(), new Forwarding());
    }

    RecordedChunk run(JsonNode call) throws CheckpointException {
        recorded = new RecordedChunk();
        generator.next(request(call), recorded);
        recorded.startAfter = generator.start();
        return recorded;
    }

    private Checkpoint weights(String network) throws CheckpointException {
        return golden.checkpoint(golden.manifest().at("/weights/" + network).asText());
    }

    private TransformerConfig config() {
        return new TransformerConfig(golden.config("transformer.dim"), golden.config("transformer.ffn_dim"),
                golden.config("transformer.num_heads"), golden.config("transformer.num_layers"), golden.config("transformer.freq_dim"),
                golden.config("transformer.text_dim"), golden.config("transformer.text_len"), 1e-6f);
    }

    private PromptEmbedding encode(TextEncoder text, String name) {
        try {
            float[] ids = golden.floats("ids." + name);
            int[] tokens = new int[ids.length];
            for (int i = 0; i < ids.length; i++) {
                tokens[i] = (int) ids[i];
            }
            return text.encode(tokens);
        } catch (CheckpointException e) {
            throw new AssertionError(e);
        }
    }

    /** The generator of a chunk is seeded with this and the number of latents before it. */
    private long seed() {
        JsonNode first = golden.calls().getFirst().path("state");
        return first.at("/noise/0/seed").asLong() - first.path("start_frame").asLong();
    }

    private CausalFamily family() {
        return golden.manifest().at("/config/kv_cache_num_frames").isInt() ? new Recomputing() : new Rolling();
    }

    /** What a recorded configuration says of any family. */
    private abstract class Recorded implements CausalFamily {
        @Override
        public String id() {
            return golden.toString();
        }

        @Override
        public String generator() {
            throw new UnsupportedOperationException("weights are given");
        }

        @Override
        public int latentsPerChunk() {
            return golden.config("num_frame_per_block");
        }

        @Override
        public float timestepShift() {
            return (float) golden.manifest().at("/config/timestep_shift").asDouble();
        }
    }

    /** LongLive's kind. */
    private final class Rolling extends Recorded {
        @Override
        public KvCachePolicy newCachePolicy() {
            return new RollingWindow(golden.config("local_attn_size"), golden.config("sink_size"));
        }

        @Override
        public int recachedLatents() {
            return golden.config("local_attn_size");
        }
    }

    /** Krea's kind. */
    private final class Recomputing extends Recorded {
        @Override
        public KvCachePolicy newCachePolicy() {
            return new ContextWindow(contextLatents(), latentsPerChunk());
        }

        @Override
        public int contextLatents() {
            return golden.config("kv_cache_num_frames");
        }

        @Override
        public boolean cleanPass() {
            return false;
        }

        @Override
        public double attentionBias() {
            return golden.manifest().at("/config/kv_cache_attention_bias").asDouble();
        }
    }

    private ChunkRequest request(JsonNode call) throws CheckpointException {
        JsonNode request = call.path("request");
        List<Integer> steps = request.path("denoising_step_list").valueStream().map(JsonNode::asInt).toList();
        return new ChunkRequest(video(call), GoldenPrompts.prompts(request.path("prompts")), GoldenPrompts.blending(request),
                GoldenPrompts.transition(request.path("transition")), steps,
                request.path("noise_scale").asDouble(RequestReader.DEFAULT_NOISE_SCALE), request.path("noise_controller").asBoolean(true),
                request.path("manage_cache").asBoolean(true), request.path("reset_cache").asBoolean(false),
                VaceRequest.NONE, bias(request), Map.of());
    }

    private static OptionalDouble bias(JsonNode request) {
        JsonNode bias = request.path("kv_cache_attention_bias");
        return bias.isNumber() ? OptionalDouble.of(bias.asDouble()) : OptionalDouble.empty();
    }

    private List<Rgb24> video(JsonNode call) throws CheckpointException {
        String name = call.at("/inputs/video_u8").asText();
        if (name.isEmpty()) {
            return List.of();
        }
        StoredTensor tensor = golden.stored(name);
        int height = (int) tensor.shape().dim(1);
        int width = (int) tensor.shape().dim(2);
        float[] samples = golden.floats(name);
        List<Rgb24> pictures = new ArrayList<>();
        for (int from = 0; from < samples.length; from += 3 * height * width) {
            byte[] rgb = new byte[3 * height * width];
            for (int i = 0; i < rgb.length; i++) {
                rgb[i] = (byte) samples[from + i];
            }
            pictures.add(new Rgb24(width, height, rgb));
        }
        return pictures;
    }

    @Override
    public void close() {
        generator.close();
        networks.close();
    }

    /** Hands what is seen to the record of the chunk under way. */
    private final class Forwarding implements ChunkProbe {
        @Override
        public void begins(int start, boolean anew, Conditioning conditioning) {
            recorded.begins(start, anew, conditioning);
        }

        @Override
        public void encoded(float[] pixels, Tensor latents, double noiseScale) {
            recorded.encoded(pixels, latents, noiseScale);
        }

        @Override
        public void recache(CachePass pass, Tensor latents) {
            recorded.recache(pass, latents);
        }

        @Override
        public void stepBegins(CachePass pass, float timestep, Tensor x) {
            recorded.stepBegins(pass, timestep, x);
        }

        @Override
        public void stepDone(Tensor x0) {
            recorded.stepDone(x0);
        }

        @Override
        public void finished(Tensor latents) {
            recorded.finished(latents);
        }
    }
}
