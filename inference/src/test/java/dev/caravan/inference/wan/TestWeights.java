package dev.caravan.inference.wan;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Random;

/** Checkpoints of transformers that nobody trained. */
final class TestWeights {

    private static final ObjectMapper JSON = new ObjectMapper();

    private TestWeights() {}

    /** All zeros, of any size, on no disk space: the file is one hole behind its header. */
    static Weights zeros(Path file, TransformerConfig config, DType dtype) throws IOException, CheckpointException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long begin = header(channel, config, dtype);
            channel.write(ByteBuffer.allocate(1), begin + bytes(config, dtype) - 1);
        }
        return GoldenTransformer.weights(Checkpoint.open(file));
    }

    /** F32 numbers of a size that keeps activations near 1. */
    static Weights random(Path file, TransformerConfig config, long seed) throws IOException, CheckpointException {
        Random random = new Random(seed);
        double scale = 1 / Math.sqrt(config.dim());
        ByteBuffer numbers = ByteBuffer.allocate(Math.toIntExact(bytes(config, DType.F32))).order(ByteOrder.LITTLE_ENDIAN);
        while (numbers.hasRemaining()) {
            numbers.putFloat((float) (random.nextGaussian() * scale));
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(numbers.flip(), header(channel, config, DType.F32));
        }
        return GoldenTransformer.weights(Checkpoint.open(file));
    }

    private static long bytes(TransformerConfig config, DType dtype) {
        return TransformerWeights.required(config).values().stream().mapToLong(shape -> shape.bytes(dtype)).sum();
    }

    /** Writes the header of a safetensors file; returns where the numbers begin. */
    private static long header(FileChannel channel, TransformerConfig config, DType dtype) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        long end = 0;
        for (Map.Entry<String, Shape> tensor : TransformerWeights.required(config).entrySet()) {
            long begin = end;
            end += tensor.getValue().bytes(dtype);
            header.putObject(tensor.getKey())
                    .put("dtype", dtype.name())
                    .<ObjectNode>set("shape", JSON.valueToTree(tensor.getValue().dims()))
                    .set("data_offsets", JSON.valueToTree(new long[] {begin, end}));
        }
        byte[] text = JSON.writeValueAsBytes(header);
        channel.write(ByteBuffer.allocate(8 + text.length).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).put(text).flip(), 0);
        return 8 + text.length;
    }
}
