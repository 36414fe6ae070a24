package dev.caravan.inference.wan.vae;

import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Owned;
import dev.caravan.inference.ort.Tensor;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What the streams of all autoencoders have in common: their tensors and the checks of what they are given. */
abstract class StreamCodec implements VideoCodec {

    private final Owned owned = new Owned();
    private final VaeOptions options;
    private final Device device;
    private final List<VaeStage> encoders;
    private final VaeState decoderState;
    private final Map<Memory, EncoderMemory> memories = new EnumMap<>(Memory.class);
    /** Nothing was decoded since {@link #clear}. */
    private boolean start = true;

    /**
     * @param encoders stages that have all states of the encoder among them
     * @param decoders stages that have all states of the decoder among them
     */
    StreamCodec(VaeOptions options, Device device, List<VaeStage> encoders, List<VaeStage> decoders) {
        this.options = options;
        this.device = device;
        this.encoders = encoders;
        this.decoderState = owned.keep(new VaeState(device, options.compute(), decoders.stream().map(VaeStage::graph).toList()));
    }

    /** A decoding step on this stream's state. When it cannot be made the whole stream cannot, and is closed. */
    final DecodeStep decoder(VaeStage stage) {
        try {
            return owned.keep(new DecodeStep(stage, decoderState, options));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Takes what one run of a decoder made, on the calling thread. */
    @FunctionalInterface
    interface Ran {

        /** @param from first picture that belongs to the video */
        void accept(DecodeStep step, int from);
    }

    /** Takes what one run of a decoder made, [3,T,H,W], neither clamped nor cut to the pictures that belong to the video. */
    @FunctionalInterface
    interface RawSink {

        void accept(float[] decoded, int from);
    }

    @Override
    public final void decode(Tensor latents, PictureSink out) {
        eachRun(latents, (step, from) -> step.pictures().stream().skip(from).forEach(out::decoded));
    }

    /** As {@link #decode(Tensor, PictureSink)} with the numbers that pictures are made of. */
    final void decodeRaw(Tensor latents, RawSink out) {
        eachRun(latents, (step, from) -> out.accept(step.decoded().floats(), from));
    }

    private void eachRun(Tensor latents, Ran ran) {
        int count = Math.toIntExact(latents.shape().rank() == 0 ? 1 : latents.shape().dim(0));
        if (!latents.shape().equals(options.latentShape(count)) || latents.dtype() != options.latents()) {
            throw new IllegalArgumentException(latents + " given as latents of " + options.latents() + options.latentShape(count));
        }
        decodeEach(latents, count, ran);
    }

    @Override
    public final Tensor encode(float[] pixels, int frames, Memory memory) {
        if (frames < 1 || pixels.length != 3L * frames * options.height() * options.width()) {
            throw new IllegalArgumentException(pixels.length + " numbers given as " + frames + " frames of " + options.width() + "x"
                    + options.height() + " pixels of 3 colours");
        }
        Tensor latents = device.zeros(options.latents(), options.latentShape(latentFrames(frames, memory)));
        try {
            encodeInto(latents, pixels, frames, memory);
            return latents;
        } catch (RuntimeException e) {
            latents.close();
            throw e;
        }
    }

    /** How many latents these frames make. */
    abstract int latentFrames(int frames, Memory memory);

    abstract void encodeInto(Tensor latents, float[] pixels, int frames, Memory memory);

    abstract void decodeEach(Tensor latents, int count, Ran ran);

    /** Zeros when it is new. */
    final EncoderMemory memory(Memory memory) {
        return memories.computeIfAbsent(memory, needed -> owned.keep(new EncoderMemory(options, encoders)));
    }

    /** Whether there is such a memory yet. */
    final boolean remembers(Memory memory) {
        return memories.containsKey(memory);
    }

    /** Whether nothing was decoded since {@link #clear}. */
    final boolean starts() {
        return start;
    }

    final void started() {
        start = false;
    }

    final VaeState decoderState() {
        return decoderState;
    }

    @Override
    public final void clear() {
        decoderState.zero();
        EncoderMemory encoder = memories.get(Memory.STREAM);
        if (encoder != null) {
            encoder.state().zero();
        }
        start = true;
    }

    @Override
    public final void close() {
        memories.clear();
        owned.close();
    }
}
