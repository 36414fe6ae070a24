package dev.caravan.inference.wan;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/** Makes an output of every value that a network shows. */
final class Probes implements Probe {

    @Override
    public void see(Net net, String name, Value value) {
        Dim[] shape = IntStream.range(0, isKeys(name) ? 3 : 2)
                .mapToObj(axis -> Dim.named(output(name) + "." + axis))
                .toArray(Dim[]::new);
        net.graph().output(output(name), value, shape);
    }

    static String output(String name) {
        return "probe." + name;
    }

    private static boolean isKeys(String name) {
        return name.matches("(seen_)?k\\d+");
    }

    /** Which memory blocks the heads of a block see. */
    private static boolean isMemory(String name) {
        return name.matches("memory\\d+");
    }

    /** Where the values seen in passes go. Closed after the bindings: what is tied once stays tied. */
    static final class Tensors implements AutoCloseable {

        private final Transformer transformer;
        private final Map<String, Tensor> tensors = new HashMap<>();

        Tensors(Transformer transformer) {
            this.transformer = transformer;
        }

        /** Ties a stage of the step, if it is one. */
        void bind(Binding binding, CachePass pass, String stage) {
            if (!stage.equals("v") && !stage.equals("text")) {
                binding.output(output(stage), get(pass, stage));
            }
        }

        Tensor get(CachePass pass, String stage) {
            Shape shape = shape(pass, stage);
            return tensors.computeIfAbsent(stage + shape, key -> Ort.cpu().zeros(isMemory(stage) ? DType.I64 : DType.F32, shape));
        }

        private Shape shape(CachePass pass, String stage) {
            long dim = transformer.config().dim();
            long tokens = (long) pass.queryPositions().size() * transformer.size().tokens();
            if (isKeys(stage)) {
                int frames = stage.startsWith("seen") ? pass.attendedSlots() : pass.writtenFrames().size();
                return Shape.of(1, (long) frames * transformer.size().tokens(), dim);
            }
            if (stage.startsWith("hint")) {
                return Shape.of(VaceInputs.rows(tokens), dim);
            }
            if (isMemory(stage)) {
                return Shape.of(SparseBankKeyCache.SEEN, transformer.config().heads());
            }
            return switch (stage) {
                case "e" -> Shape.of(1, dim);
                case "E" -> Shape.of(1, 6 * dim);
                case "head" -> Shape.of(tokens, TransformerConfig.PATCH);
                default -> Shape.of(tokens, dim);
            };
        }

        @Override
        public void close() {
            tensors.values().forEach(Tensor::close);
        }
    }
}
