package dev.caravan.inference.pipeline.causal;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.inference.checkpoint.ByteProgress;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.NewTensor;
import dev.caravan.inference.checkpoint.SafetensorsWriter;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.checkpoint.TorchZipWriter;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** One way to damage one file of a set of models. */
@FunctionalInterface
interface ModelDamage {

    String GENERATOR = "LongLive-1.3B/models/longlive_base.pt";
    String LORA = "LongLive-1.3B/models/lora.pt";
    String CONFIG = "Wan2.1-T2V-1.3B/config.json";
    String VAE = "Wan2.1-T2V-1.3B/Wan2.1_VAE.pth";
    String TOKENIZER = "Wan2.1-T2V-1.3B/google/umt5-xxl/tokenizer.json";
    String TEXT_ENCODER = "WanVideo_comfy/umt5-xxl-enc-fp8_e4m3fn.safetensors";

    void to(Path models) throws Exception;

    static ModelDamage bytes(String file, UnaryOperator<byte[]> damage) {
        return models -> put(models, file, damage.apply(Files.readAllBytes(models.resolve(file))));
    }

    static ModelDamage text(String file, UnaryOperator<String> damage) {
        return bytes(file, old -> damage.apply(new String(old, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
    }

    /** The file is that of another network. */
    static ModelDamage replaced(String file, String by) {
        return models -> put(models, file, Files.readAllBytes(models.resolve(by)));
    }

    static ModelDamage cut(String file) {
        return bytes(file, old -> Arrays.copyOf(old, old.length / 2));
    }

    static ModelDamage longer(String file) {
        return bytes(file, old -> Arrays.copyOf(old, old.length + 1000));
    }

    static ModelDamage config(Consumer<ObjectNode> change) {
        return text(CONFIG, old -> {
            try {
                ObjectNode json = (ObjectNode) new ObjectMapper().readTree(old);
                change.accept(json);
                return json.toString();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    /** Writes the file again, each tensor as {@code change} says, or without it. */
    static ModelDamage tensors(String file, Function<StoredTensor, Optional<NewTensor>> change) {
        return models -> {
            Path path = models.resolve(file);
            Checkpoint all = Checkpoint.open(path);
            String key = file.equals(GENERATOR) ? "generator" : file.equals(LORA) ? "generator_lora" : "";
            List<NewTensor> changed = new ArrayList<>();
            for (StoredTensor tensor : (key.isEmpty() ? all : all.nested(key).orElseThrow()).tensors().values()) {
                change.apply(tensor).ifPresent(changed::add);
            }
            if (file.endsWith(".safetensors")) {
                SafetensorsWriter.write(path, changed, Map.of(), ByteProgress.NONE);
            } else if (key.isEmpty()) {
                TorchZipWriter.write(path, changed, ByteProgress.NONE);
            } else {
                TorchZipWriter.writeNested(path, Map.of(key, changed), ByteProgress.NONE);
            }
        };
    }

    static ModelDamage without(String file, String name) {
        return tensors(file, tensor -> Optional.of(tensor).filter(t -> !t.name().matches(name)).map(ModelDamage::same));
    }

    static ModelDamage ofShape(String file, String name, Shape shape) {
        return tensors(file, tensor -> Optional.of(tensor.name().matches(name)
                ? NewTensor.of(tensor.name(), DType.F32, shape, new float[(int) shape.elements()])
                : same(tensor)));
    }

    static ModelDamage ofWholeNumbers(String file, String name) {
        return tensors(file, tensor -> Optional.of(tensor.name().matches(name)
                ? new NewTensor(tensor.name(), DType.I64, tensor.shape(), sink ->
                        sink.write(MemorySegment.ofArray(new long[(int) tensor.shape().elements()])))
                : same(tensor)));
    }

    static ModelDamage named(String file, UnaryOperator<String> name) {
        return tensors(file, tensor -> {
            NewTensor same = same(tensor);
            return Optional.of(new NewTensor(name.apply(tensor.name()), same.dtype(), same.shape(), same.source()));
        });
    }

    private static NewTensor same(StoredTensor tensor) {
        return NewTensor.copyOf(tensor, tensor.dtype());
    }

    /** Two tensors share their bytes. */
    static ModelDamage overlapping(String safetensors) {
        return bytes(safetensors, old -> {
            try {
                int length = (int) ByteBuffer.wrap(old).order(ByteOrder.LITTLE_ENDIAN).getLong();
                ObjectNode header = (ObjectNode) new ObjectMapper().readTree(old, 8, length);
                header.remove("__metadata__");
                ArrayNode second = (ArrayNode)
                        header.properties().stream().skip(1).findFirst().orElseThrow().getValue().path("data_offsets");
                second.set(0, second.get(0).asLong() - 2);
                second.set(1, second.get(1).asLong() - 2);
                byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
                return ByteBuffer.allocate(8 + json.length + old.length - 8 - length).order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(json.length).put(json).put(old, 8 + length, old.length - 8 - length).array();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    /** A checkpoint that would run a command of the shell in whoever executes it. */
    static ModelDamage hostilePickle(String file) {
        return bytes(file, old -> {
            String command = "touch executed-by-a-pickle";
            String pickle = "\u0080\u0002}(X\u0009\0\0\0generator}(X\u0001\0\0\0acposix\nsystem\nX" + (char) command.length()
                    + "\0\0\0" + command + "\u0085Ruu.";
            byte[] data = pickle.getBytes(StandardCharsets.ISO_8859_1);
            CRC32 sum = new CRC32();
            sum.update(data);
            ZipEntry entry = new ZipEntry("archive/data.pkl");
            entry.setMethod(ZipEntry.STORED);
            entry.setSize(data.length);
            entry.setCrc(sum.getValue());
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (ZipOutputStream zip = new ZipOutputStream(out)) {
                zip.putNextEntry(entry);
                zip.write(data);
                zip.closeEntry();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return out.toByteArray();
        });
    }

    /** In the place of a link, not through it. */
    private static void put(Path models, String file, byte[] content) throws IOException {
        Path path = models.resolve(file);
        Files.delete(path);
        Files.write(path, content);
    }
}
