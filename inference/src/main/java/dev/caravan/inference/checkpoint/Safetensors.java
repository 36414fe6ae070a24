package dev.caravan.inference.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** The safetensors format: 8 bytes of header length, a JSON header, then the tensors' bytes (spec checkpoints.md §3). */
final class Safetensors {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Safetensors() {}

    static Checkpoint open(Path path) throws CheckpointException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            channel.read(length, 0);
            int headerBytes = Math.toIntExact(length.getLong(0));
            ByteBuffer header = ByteBuffer.allocate(headerBytes);
            channel.read(header, 8);
            Map<String, StoredTensor> tensors = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> entry : JSON.readTree(header.array()).properties()) {
                if (!entry.getKey().equals("__metadata__")) {
                    tensors.put(entry.getKey(), tensor(path, 8L + headerBytes, entry.getKey(), entry.getValue()));
                }
            }
            return new Checkpoint(path, tensors);
        } catch (IOException e) {
            throw new CheckpointException(path.getFileName() + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static StoredTensor tensor(Path path, long base, String name, JsonNode json) {
        DType dtype = DType.valueOf(json.path("dtype").asText());
        long[] dims = new long[json.path("shape").size()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = json.path("shape").get(i).asLong();
        }
        return StoredTensor.contiguous(name, dtype, Shape.of(dims), path, base + json.path("data_offsets").get(0).asLong());
    }
}
