package dev.caravan.inference.wan.vae;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.Requirements;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Loads video autoencoders. */
public final class VideoAutoencoders {

    /** As measured, per channel of the first convolution: those of the CPU reorder and unfold what they read. */
    private static final int CPU_MAPS = 28;
    private static final int CPU_MAPS_TAE = 6;
    /** An estimate: three of a hundred channels. */
    private static final int CUDA_MAPS = 3 * 100;

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

    /**
     * What an autoencoder takes on a device, bytes.
     *
     * @param model   weights, and what runs need in between (an estimate)
     * @param stream  of one stream, both directions: states, and the pictures of a step
     * @param singles of one stream, from the first time that it encodes something by itself ({@link VideoCodec.Memory#NONE})
     */
    public record Memory(long model, long stream, long singles) {

        /** That of streams which encode something by themselves. */
        public Memory withSingles() {
            return new Memory(model, stream + singles, 0);
        }
    }

    /**
     * Says before anything is loaded how much memory it will take.
     *
     * @throws CheckpointException as {@link #load}
     */
    public static Memory memory(VaeOptions options, Checkpoint checkpoint, Provider provider) throws CheckpointException {
        if (options.type().causal3d()) {
            new Requirements(WanVaeWeights.required(checkpoint)).checkInPlace(checkpoint);
            WanVaeNetwork network = new WanVaeNetwork(checkpoint::get, options, provider);
            // First steps and later ones are models of their own, each with its weights; what VACE encodes besides is one more.
            return memory(options, checkpoint, options.vace() ? 3 : 2, working(options, provider, CPU_MAPS, checkpoint, "encoder.conv1"),
                    List.of(network.encodeFirst(), network.encode()), List.of(network.decodeFirst(), network.decode()));
        }
        Checkpoint trimmed = TaeWeights.trimmed(checkpoint);
        TaeNetwork network = new TaeNetwork(trimmed::get, options, provider);
        return memory(options, trimmed, 1, working(options, provider, CPU_MAPS_TAE, checkpoint, "encoder.0"), List.of(network.encode()),
                List.of(network.decode()));
    }

    /** Numbers that the largest run takes: so many maps at full size for the frames of one latent. */
    private static long working(VaeOptions options, Provider provider, int cpuMaps, Checkpoint checkpoint, String first)
            throws CheckpointException {
        long maps = provider == Provider.CPU ? cpuMaps * checkpoint.require(first + ".weight").shape().dim(0) : CUDA_MAPS;
        return maps * VaeOptions.FRAMES * options.height() * options.width();
    }

    private static Memory memory(
            VaeOptions options, Checkpoint checkpoint, int copies, long working, List<VaeGraph> encoders, List<VaeGraph> decoders) {
        long weights = checkpoint.tensors().values().stream().mapToLong(tensor -> tensor.shape().elements()).sum();
        long encoding = direction(options, encoders);
        return new Memory((copies * weights + working) * options.compute().bytes(), encoding + direction(options, decoders), encoding);
    }

    private static long direction(VaeOptions options, List<VaeGraph> steps) {
        long samples = 3L * options.height() * options.width() * steps.stream().mapToInt(VaeGraph::frames).sum();
        // As numbers, and as the bytes of pictures.
        return states(steps) * options.compute().bytes() + samples * (DType.F32.bytes() + DType.U8.bytes());
    }

    /** Numbers remembered by one direction. */
    private static long states(List<VaeGraph> steps) {
        Map<String, Shape> shapes = new HashMap<>();
        steps.forEach(step -> {
            shapes.putAll(step.reads());
            shapes.putAll(step.writes());
        });
        return shapes.values().stream().mapToLong(Shape::elements).sum();
    }
}
