package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.diffusion.MaskedVideo;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.wan.LatentSize;
import java.util.Arrays;

/**
 * What guides the denoise steps of one chunk: {@code [T,96,h,w]}, fp32, for each latent frame 16 channels of what is kept, 16 of what is
 * generated anew and 64 of their mask (spec models/vace.md §2). Zeros where nothing was put.
 *
 * @param tensor on the device
 */
record VaceContext(Tensor tensor) implements AutoCloseable {

    /** Where latents of what is kept begin, references among them. */
    static final int INACTIVE = 0;
    /** Where latents of what is generated anew begin. */
    static final int REACTIVE = 16;

    private static final int MASKS = 32;
    private static final int CHANNELS = MASKS + MaskedVideo.PLANES;

    static VaceContext zeros(Device device, int frames, LatentSize size) {
        return new VaceContext(device.zeros(DType.F32, Shape.of(frames, CHANNELS, size.height(), size.width())));
    }

    /** Latent frames, T. */
    int frames() {
        return (int) tensor.shape().dim(0);
    }

    /** Copies {@code latents [F,16,h,w]} to the frames from one on; they never leave the device. */
    void put(Tensor latents, int firstFrame, int firstChannel) {
        Shape frame = Shape.of(latents.shape().dim(1), latents.shape().dim(2), latents.shape().dim(3));
        for (int i = 0; i < latents.shape().dim(0); i++) {
            try (Tensor from = latents.view(i * frame.elements(), frame); Tensor to = part(firstFrame + i, firstChannel, frame)) {
                to.copyFrom(from);
            }
        }
    }

    /** Writes mask planes [n,64,h,w] to the frames from one on. */
    void putMasks(float[] planes, int firstFrame) {
        Shape frame = Shape.of(MaskedVideo.PLANES, tensor.shape().dim(2), tensor.shape().dim(3));
        int size = (int) frame.elements();
        for (int i = 0; i < planes.length / size; i++) {
            try (Tensor to = part(firstFrame + i, MASKS, frame)) {
                to.write(Arrays.copyOfRange(planes, i * size, (i + 1) * size));
            }
        }
    }

    private Tensor part(int frame, int channel, Shape shape) {
        long plane = tensor.shape().dim(2) * tensor.shape().dim(3);
        return tensor.view(((long) frame * CHANNELS + channel) * plane, shape);
    }

    @Override
    public void close() {
        tensor.close();
    }
}
