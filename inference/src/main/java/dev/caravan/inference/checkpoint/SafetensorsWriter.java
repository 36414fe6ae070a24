package dev.caravan.inference.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Writes safetensors files. The first tensor begins at a multiple of 64 bytes. */
public final class SafetensorsWriter {

    private static final int ALIGNMENT = 64;
    private static final ObjectMapper JSON = new ObjectMapper();

    private SafetensorsWriter() {}

    /**
     * Writes a file; it has its name only when it is whole.
     *
     * @param metadata texts that stand beside the tensors
     * @throws CheckpointException when it cannot be written
     */
    public static void write(Path target, List<NewTensor> tensors, Map<String, String> metadata, ByteProgress progress)
            throws CheckpointException {
        byte[] header = header(tensors, metadata);
        FileOutput.write(target, tensors, progress, out -> {
            out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
            out.write(header);
            for (NewTensor tensor : tensors) {
                out.write(tensor);
            }
        });
    }

    private static byte[] header(List<NewTensor> tensors, Map<String, String> metadata) {
        ObjectNode header = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode texts = header.putObject(Safetensors.METADATA);
            metadata.forEach(texts::put);
        }
        long at = 0;
        for (NewTensor tensor : tensors) {
            if (header.has(tensor.name())) {
                throw new IllegalArgumentException("there are two tensors called " + tensor.name());
            }
            ObjectNode entry = header.putObject(tensor.name()).put("dtype", Safetensors.nameOf(tensor.dtype()));
            ArrayNode shape = entry.putArray("shape");
            Arrays.stream(tensor.shape().dims()).forEach(shape::add);
            entry.putArray("data_offsets").add(at).add(at + tensor.bytes());
            at += tensor.bytes();
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(json, Math.ceilDiv(8 + json.length, ALIGNMENT) * ALIGNMENT - 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }
}
