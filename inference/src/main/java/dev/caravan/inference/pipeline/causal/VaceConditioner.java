package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.diffusion.MaskedVideo;
import dev.caravan.inference.diffusion.VaceGuides;
import dev.caravan.inference.diffusion.VideoPreprocessing;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.wan.LatentSize;
import dev.caravan.inference.wan.vae.VideoCodec;
import dev.caravan.inference.wan.vae.VideoCodec.Memory;
import java.util.Optional;

/**
 * Makes the context that guides one chunk (spec models/vace.md §2). Its encodes go through the stream's own codec, after that of the video
 * the chunk begins with, and go on where that one left the encoder. Owned by one stream.
 */
final class VaceConditioner {

    private final Device device;
    private final VideoCodec codec;
    private final LatentSize size;
    private final int chunkFrames;

    /** @param chunkFrames input frames of a chunk that is not the first */
    VaceConditioner(Device device, VideoCodec codec, LatentSize size, int chunkFrames) {
        this.device = device;
        this.codec = codec;
        this.size = size;
        this.chunkFrames = chunkFrames;
    }

    /**
     * The context of a chunk.
     *
     * @param frames input frames it has: one more than usual at the beginning of a stream
     * @return empty when nothing guides it, and then nothing is encoded; else the caller closes it
     */
    Optional<VaceContext> context(ChunkRequest request, VideoPreprocessing preprocessing, int frames) {
        VaceRequest vace = request.vace();
        return context(new VaceGuides(size.width() * 8, size.height() * 8,
                request.guidedByVideo() ? Optional.of(preprocessing.video(request.rasters(), frames)) : Optional.empty(),
                Optional.empty(),
                vace.references().stream().map(ChunkRequest::raster).map(preprocessing::reference).toList(),
                vace.firstFrame().map(ChunkRequest::raster).map(preprocessing::reference),
                vace.lastFrame().map(ChunkRequest::raster).map(preprocessing::reference)));
    }

    /** As {@link #context(ChunkRequest, VideoPreprocessing, int)}, of numbers. */
    Optional<VaceContext> context(VaceGuides guides) {
        return switch (guides.mode()) {
            case NONE -> Optional.empty();
            case REFERENCES -> Optional.of(ofReferences(guides));
            case EXTENSION, CONDITIONING -> Optional.of(ofVideo(guides));
        };
    }

    private VaceContext ofReferences(VaceGuides guides) {
        try (Tensor latents = codec.encode(guides.referenceVideo(), guides.references().size(), Memory.NONE)) {
            return context((int) latents.shape().dim(0), context -> context.put(latents, 0, VaceContext.INACTIVE));
        }
    }

    private VaceContext ofVideo(VaceGuides guides) {
        MaskedVideo video = guides.video(chunkFrames);
        Memory reactiveMemory = video.allGenerated() ? Memory.VACE_REACTIVE : Memory.NONE;
        try (Tensor inactive = codec.encode(video.inactive(), video.count(), Memory.VACE_INACTIVE);
                Tensor reactive = codec.encode(video.reactive(), video.count(), reactiveMemory)) {
            // Several would not fit: further ones are left out.
            int before = Math.min(1, guides.references().size());
            return context(before + video.latents(), context -> {
                context.put(inactive, before, VaceContext.INACTIVE);
                context.put(reactive, before, VaceContext.REACTIVE);
                context.putMasks(video.planes(), before);
                if (before > 0) {
                    try (Tensor reference = codec.encode(guides.references().getFirst(), 1, Memory.NONE)) {
                        context.put(reference, 0, VaceContext.INACTIVE);
                    }
                }
            });
        }
    }

    /** Puts something into a new context. */
    private interface Filling {
        void into(VaceContext context);
    }

    private VaceContext context(int frames, Filling filling) {
        VaceContext context = VaceContext.zeros(device, frames, size);
        try {
            filling.into(context);
            return context;
        } catch (RuntimeException e) {
            context.close();
            throw e;
        }
    }
}
