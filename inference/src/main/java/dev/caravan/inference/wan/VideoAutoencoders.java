package dev.caravan.inference.wan;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.Requirements;
import dev.caravan.inference.ort.Device;

/** Loads video autoencoders. */
public final class VideoAutoencoders {

    private VideoAutoencoders() {}

    /**
     * Builds an autoencoder on the weights of a checkpoint, which stay in their file, and loads it.
     *
     * @throws CheckpointException when the checkpoint is not one of this type: it names all tensors that it lacks
     * @throws dev.caravan.inference.ort.OrtException when the device cannot run it, or memory ran out
     */
    public static VideoAutoencoder load(VaeOptions options, Checkpoint checkpoint, Device device) throws CheckpointException {
        if (options.type().causal3d()) {
            new Requirements(WanVaeWeights.required(checkpoint)).checkInPlace(checkpoint);
            return new WanVae(new WanVaeNetwork(checkpoint::get, options, device.provider()), options, device);
        }
        Checkpoint trimmed = TaeWeights.trimmed(checkpoint);
        new Requirements(TaeWeights.required(checkpoint)).checkInPlace(trimmed);
        return new Tae(new TaeNetwork(trimmed::get, options, device.provider()), options, device);
    }
}
