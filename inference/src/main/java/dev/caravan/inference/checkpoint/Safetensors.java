package dev.caravan.inference.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The safetensors format: 8 bytes of header length, a JSON header, then the tensors' bytes (spec checkpoints.md §3).
 *
 * <p>As strict as the format's own library: the tensors' ranges follow each other without a gap and end where the file ends.
 */
final class Safetensors {

    /** The entry that names no tensor. */
    static final String METADATA = "__metadata__";

    private static final int MAX_HEADER = 8 << 20;
    private static final int MAX_RANK = 16;
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(8).build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final FileBytes file;
    private final long dataStart;
    private final List<Range> ranges = new ArrayList<>();
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> unreadable = new LinkedHashMap<>();

    private Safetensors(FileBytes file, long dataStart) {
        this.file = file;
        this.dataStart = dataStart;
    }

    static Checkpoint read(FileBytes file) throws IOException, CheckpointException {
        long length = file.littleEndian(0, 8).getLong();
        if (length < 2 || length > MAX_HEADER) {
            throw new CheckpointException(file.name() + " says its header has " + length + " bytes; at most " + MAX_HEADER + " are read");
        }
        if (length > file.size() - 8) {
            throw new CheckpointException(file.name() + " ends inside its header: download it again");
        }
        return new Safetensors(file, 8 + length).read(header(file, (int) length));
    }

    private static JsonNode header(FileBytes file, int length) throws IOException, CheckpointException {
        try {
            JsonNode header = JSON.readTree(file.read(8, length));
            if (header != null && header.isObject()) {
                return header;
            }
        } catch (JsonProcessingException e) {
            throw new CheckpointException(file.name() + " has a damaged header: " + e.getOriginalMessage(), e);
        }
        throw new CheckpointException(file.name() + " has a header that is no JSON object");
    }

    private Checkpoint read(JsonNode header) throws CheckpointException {
        for (Map.Entry<String, JsonNode> entry : header.properties()) {
            if (!entry.getKey().equals(METADATA)) {
                tensor(entry.getKey(), entry.getValue());
            }
        }
        long end = 0;
        ranges.sort(Comparator.comparingLong(Range::begin).thenComparingLong(Range::end));
        for (Range range : ranges) {
            if (range.begin() != end) {
                throw refused(range.name(), range.begin() < end ? "overlaps another tensor" : "begins after a gap");
            }
            end = range.end();
        }
        long rest = file.size() - dataStart - end;
        if (rest != 0) {
            throw new CheckpointException(file.name() + " has " + rest + " bytes more than its header says: download it again");
        }
        return new Checkpoint(file.path(), tensors, unreadable);
    }

    private void tensor(String name, JsonNode json) throws CheckpointException {
        long[] offsets = numbers(name, "data_offsets", json);
        long[] dims = numbers(name, "shape", json);
        if (offsets.length != 2 || offsets[0] > offsets[1]) {
            throw refused(name, "has no two offsets in order");
        }
        if (offsets[1] > file.size() - dataStart) {
            throw refused(name, "ends behind the end of the file, which is not whole: download it again");
        }
        ranges.add(new Range(name, offsets[0], offsets[1]));
        Optional<DType> dtype = dtype(json.path("dtype").asText());
        if (dtype.isEmpty()) {
            unreadable.put(name, "has the element type " + abbreviated(json.path("dtype").asText()) + ", which is not supported");
            return;
        }
        Shape shape = shape(name, dims, dtype.get());
        if (shape.bytes(dtype.get()) != offsets[1] - offsets[0]) {
            throw refused(name, "has " + (offsets[1] - offsets[0]) + " bytes, not the " + shape.bytes(dtype.get()) + " of " + dtype.get()
                    + shape);
        }
        tensors.put(name, StoredTensor.contiguous(name, dtype.get(), shape, file.path(), dataStart + offsets[0]));
    }

    private Shape shape(String name, long[] dims, DType dtype) throws CheckpointException {
        try {
            Shape shape = Shape.of(dims);
            shape.bytes(dtype);
            return shape;
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw refused(name, "is too large for a tensor");
        }
    }

    private long[] numbers(String name, String key, JsonNode json) throws CheckpointException {
        JsonNode list = json.path(key);
        if (!list.isArray() || list.size() > MAX_RANK) {
            throw refused(name, "has no " + key + " of at most " + MAX_RANK + " numbers");
        }
        long[] numbers = new long[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            JsonNode number = list.get(i);
            if (!number.isIntegralNumber() || !number.canConvertToLong() || number.asLong() < 0) {
                throw refused(name, "has " + abbreviated(number.toString()) + " among its " + key);
            }
            numbers[i] = number.asLong();
        }
        return numbers;
    }

    private static Optional<DType> dtype(String written) {
        for (DType dtype : DType.values()) {
            if (nameOf(dtype).equals(written)) {
                return Optional.of(dtype);
            }
        }
        return Optional.empty();
    }

    /** What the format calls an element type. */
    static String nameOf(DType dtype) {
        // Our names are the format's; one that is not must be translated here.
        return dtype.name();
    }

    private CheckpointException refused(String name, String why) {
        return new CheckpointException(file.name() + ": " + abbreviated(name) + " " + why);
    }

    /** A name out of a file nobody knows, for a message. */
    private static String abbreviated(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }

    private record Range(String name, long begin, long end) {}
}
