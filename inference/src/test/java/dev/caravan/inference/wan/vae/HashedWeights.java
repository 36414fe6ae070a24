package dev.caravan.inference.wan.vae;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.tensor.Shape;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Weights that a golden case describes by an integer hash in place of a file. */
record HashedWeights(JsonNode description) {

    Map<String, Shape> shapes() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        description.path("tensors").properties().forEach(tensor -> shapes.put(
                tensor.getKey(), Shape.of(tensor.getValue().path("shape").valueStream().mapToLong(JsonNode::asLong).toArray())));
        return shapes;
    }

    /** Element i of a tensor: the hash of its position, scaled; all in fp32. */
    float[] values(String name, Shape shape) {
        JsonNode tensor = description.path("tensors").path(name);
        float scale = (float) tensor.path("scale").asDouble();
        float offset = (float) tensor.path("offset").asDouble(0);
        int start = fnv(name) ^ (int) description.path("seed").asLong();
        float[] values = new float[(int) shape.elements()];
        for (int i = 0; i < values.length; i++) {
            float unit = (lowBias(start + i) >>> 8) * 0x1p-24f;
            values[i] = (2 * unit - 1) * scale + offset;
        }
        return values;
    }

    private static int fnv(String name) {
        int hash = 0x811c9dc5;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ b & 255) * 0x01000193;
        }
        return hash;
    }

    private static int lowBias(int value) {
        int x = value;
        x = (x ^ x >>> 16) * 0x7feb352d;
        x = (x ^ x >>> 15) * 0x846ca68b;
        return x ^ x >>> 16;
    }
}
