package dev.caravan.inference.wan.vae;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.CheckpointFile;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/** Loaded autoencoders with random weights and few channels. */
final class TestVaes implements AutoCloseable {

    private static final int HEIGHT = 16;
    private static final int WIDTH = 24;

    private final Map<VaeType, Checkpoint> checkpoints = new EnumMap<>(VaeType.class);
    private final Map<VaeType, VideoAutoencoder> loaded = new EnumMap<>(VaeType.class);

    TestVaes(Path folder, VaeType... types) throws CheckpointException {
        for (VaeType type : types) {
            checkpoints.put(type, CheckpointFile.of(folder.resolve(type.file()), shapes(type), CheckpointFile::random));
            loaded.put(type, VideoAutoencoders.load(new VaeOptions(type, HEIGHT, WIDTH, DType.F32), checkpoints.get(type), Ort.cpu()));
        }
    }

    static Map<String, Shape> shapes(VaeType type) {
        return switch (type) {
            case WAN -> WanVaeWeights.required(4, 4, 8, 16, 16);
            case LIGHTVAE -> WanVaeWeights.required(3, 3, 7, 14, 14);
            case TAE -> TaeWeights.required(8, 24, 16, 8);
            case LIGHTTAE -> TaeWeights.required(6, 20, 14, 10);
        };
    }

    VideoAutoencoder of(VaeType type) {
        return loaded.get(type);
    }

    Checkpoint checkpoint(VaeType type) {
        return checkpoints.get(type);
    }

    @Override
    public void close() {
        loaded.values().forEach(VideoAutoencoder::close);
    }
}
