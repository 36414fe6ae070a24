package dev.caravan.inference.wan;

import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;

/** What goes into one stream's steps and comes out of them, besides caches and conditions; [F,16,h,w] in F32. Not thread-safe. */
final class StepTensors {

    private final TensorPool pool;
    private final LatentSize size;
    private final int freqDim;
    private final Tensor latents;
    private final Tensor noise;
    private final Tensor flow;
    private final Tensor clean;
    private final Tensor next;
    private final Tensor sinusoid;
    private final Tensor sigma;
    private final Tensor nextSigma;

    /** @param capacity the most frames of a step */
    StepTensors(TensorPool pool, TransformerConfig config, LatentSize size, DType compute, int capacity) {
        this.pool = pool;
        this.size = size;
        this.freqDim = config.freqDim();
        Shape frames = size.latents(capacity);
        latents = pool.zeros(DType.F32, frames);
        noise = pool.zeros(DType.F32, frames);
        flow = pool.zeros(DType.F32, frames);
        clean = pool.zeros(DType.F32, frames);
        next = pool.zeros(DType.F32, frames);
        sinusoid = pool.zeros(compute, Shape.of(1, freqDim));
        sigma = pool.zeros(DType.F32, Shape.of(1));
        nextSigma = pool.zeros(DType.F32, Shape.of(1));
    }

    /** Ties those of a step over so many frames. */
    void bind(Binding binding, int frames) {
        binding.input(TransformerGraph.LATENTS, latents(frames))
                .input(TransformerGraph.NOISE, ofFrames(noise, frames))
                .input(TransformerGraph.SINUSOID, sinusoid)
                .input(TransformerGraph.SIGMA, sigma)
                .input(TransformerGraph.NEXT_SIGMA, nextSigma)
                .output(TransformerGraph.FLOW, flow(frames))
                .output(TransformerGraph.CLEAN, clean(frames))
                .output(TransformerGraph.NEXT, next(frames));
    }

    void writeTimestep(float timestep) {
        sinusoid.write(TimestepSinusoid.of(timestep, freqDim));
    }

    void writeSigma(float value) {
        sigma.write(new float[] {value});
    }

    /** Towards what the next step begins with. */
    void writeNext(float nextSigmaValue, float[] drawn, int frames) {
        nextSigma.write(new float[] {nextSigmaValue});
        ofFrames(noise, frames).write(drawn);
    }

    /** What a step reads. */
    Tensor latents(int frames) {
        return ofFrames(latents, frames);
    }

    /** What the network said. */
    Tensor flow(int frames) {
        return ofFrames(flow, frames);
    }

    /** x0. */
    Tensor clean(int frames) {
        return ofFrames(clean, frames);
    }

    /** x0 with the noise of the next step. */
    Tensor next(int frames) {
        return ofFrames(next, frames);
    }

    /** For as many frames as there may be. */
    Tensor allLatents() {
        return latents;
    }

    /** Of the timestep, [1,freqDim]. */
    Tensor sinusoid() {
        return sinusoid;
    }

    private Tensor ofFrames(Tensor whole, int frames) {
        return pool.view(whole, size.latents(frames));
    }
}
