package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Narrow;
import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.wan.TransformerState;
import dev.caravan.inference.wan.vae.VideoCodec;

/**
 * Krea: every chunk but the first sees a context that is passed anew before it, under the prompt of now (spec models/causal-wan.md §4.5).
 * It ends with the newest latents. In front of them is the first latent of the stream; later, when that is no more of the chunk before
 * them, the picture that the latent before them ended with, encoded as the first one of a video:
 * <pre>
 * chunks of 3, context 3:   0 1 2 | 3 4 5 | 6 7 8      before 3:  0 1 2     before 6:  picture of 3, 4 5     before 9:  picture of 6, 7 8
 * </pre>
 * All stays on the device but that one picture of each chunk.
 */
final class ContextRecompute implements ChunkMemory {

    private final int context;
    private final CausalNetworks networks;
    private final KvCachePolicy caches;
    private final TransformerState transformer;
    private final VideoCodec codec;
    private final ChunkProbe probe;
    private final Shape frame;
    private final Tensor first;
    private final LatentHistory newest;
    /** [3,H,W] in [-1,1]. */
    private float[] picture = {};

    /** @param context latent frames, at least 2 */
    ContextRecompute(
            int context,
            CausalNetworks networks,
            KvCachePolicy caches,
            TransformerState transformer,
            VideoCodec codec,
            ChunkProbe probe) {
        this.context = context;
        this.networks = networks;
        this.caches = caches;
        this.transformer = transformer;
        this.codec = codec;
        this.probe = probe;
        this.frame = networks.size().latents(1);
        this.first = networks.device().zeros(DType.F32, frame);
        try {
            this.newest = new LatentHistory(networks.device(), context - 1, networks.size());
        } catch (RuntimeException e) {
            first.close();
            throw e;
        }
    }

    @Override
    public void recall(int start, boolean newPrompt) {
        if (start == 0) {
            return;
        }
        Tensor frames = transformer.latents(context);
        try (Tensor oldest = frames.view(frame); Tensor others = frames.view(frame.elements(), networks.size().latents(context - 1))) {
            if (start - context < context) {
                oldest.copyFrom(first);
            } else {
                try (Tensor encoded = codec.encode(picture, 1, VideoCodec.Memory.NONE)) {
                    oldest.copyFrom(encoded);
                }
            }
            newest.read(start, others);
        }
        CachePass pass = caches.recache(start, context);
        probe.recache(pass, frames);
        transformer.begin(pass);
        transformer.store(pass, frames);
    }

    @Override
    public VideoCodec.PictureSink pictures(int start, int latents, VideoCodec.PictureSink out) {
        int all = ChunkGenerator.PICTURES_PER_LATENT * latents - (start == 0 ? ChunkGenerator.PICTURES_PER_LATENT - 1 : 0);
        int chosen = all - 1 - ChunkGenerator.PICTURES_PER_LATENT * (context - 1);
        return new VideoCodec.PictureSink() {
            private int next;

            @Override
            public void accept(byte[] rgb) {
                out.accept(rgb);
            }

            @Override
            public void decoded(VideoCodec.Decoded decoded) {
                out.decoded(decoded);
                if (next++ == chosen) {
                    picture = asKept(decoded.numbers());
                }
            }
        };
    }

    /** As the reference keeps pictures: in the type that the transformer computes in. */
    private float[] asKept(float[] numbers) {
        if (networks.compute() == DType.BF16) {
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = Narrow.roundToBf16(numbers[i]);
            }
        }
        return numbers;
    }

    @Override
    public void keep(int start, Tensor latents) {
        if (start == 0) {
            try (Tensor from = latents.view(frame)) {
                first.copyFrom(from);
            }
        }
        newest.keep(start, latents);
    }

    @Override
    public void close() {
        newest.close();
        first.close();
    }
}
