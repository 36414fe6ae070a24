package dev.caravan.inference.wan.vae;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.CheckpointFile;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.nn.CudaKernels;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.onnx.Node;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The graphs at their true size, built on files of zeros, and what is required of a checkpoint. */
class VaeGraphTest {

    private static final Map<String, Shape> WAN = WanVaeWeights.required(96, 96, 192, 384, 384);
    private static final Map<String, Shape> LIGHTVAE = WanVaeWeights.required(24, 24, 48, 96, 96);

    @TempDir
    Path folder;

    @Test
    void theNetworksHaveAsManyWeightsAsThePublishedOnes() {
        assertEquals(194, WAN.size());
        assertEquals(126_892_531, parameters(WAN));
        assertEquals(8_035_003, parameters(LIGHTVAE));
        assertEquals(128, TaeWeights.required().size());
        assertEquals(11_315_539, parameters(TaeWeights.required()));
    }

    @ParameterizedTest
    @CsvSource({"320, 576, 0.87, 0.52", "512, 512, 1.24, 0.74", "480, 832, 1.89, 1.12"})
    void aStreamOfTheWanVaeHoldsAsMuchStateAsTheSpecSays(int height, int width, double decoder, double encoder) throws CheckpointException {
        WanVaeNetwork network = wan(new VaeOptions(VaeType.WAN, height, width, DType.BF16), DType.BF16);
        assertEquals(decoder, gigabytes(network.decode()), 0.005);
        assertEquals(encoder, gigabytes(network.encode()), 0.005);
    }

    @ParameterizedTest
    @CsvSource({"BF16, BF16", "BF16, F32", "F16, F16", "F16, F32"})
    void cudaHasAKernelForEveryNode(DType compute, DType stored) throws CheckpointException {
        VaeOptions options = new VaeOptions(VaeType.WAN, 320, 576, compute).withLatents(DType.BF16);
        WanVaeNetwork wan = wan(options, stored);
        TaeNetwork tae = tae(new VaeOptions(VaeType.LIGHTTAE, 320, 576, compute), stored);
        for (VaeGraph graph : List.of(wan.encodeFirst(), wan.encode(), wan.encodeTail(3), wan.decodeFirst(), wan.decode(), tae.encode(),
                tae.decode())) {
            assertEquals(List.of(), CudaKernels.missing(graph.model()), graph.model().name());
        }
    }

    @Test
    void noTensorIsCastOrTurnedOverMoreOftenThanTheLayersNeed() throws CheckpointException {
        WanVaeNetwork network = wan(new VaeOptions(VaeType.WAN, 320, 576, DType.BF16), DType.BF16);
        // Two per norm and per attention, one per doubling of time, one for the order of colours.
        assertEquals(2 * (2 * 14 + 1) + 2 + 2 + 1, network.decode().model().count(Op.onnx("Transpose")));
        assertEquals(2 * (2 * 10 + 1) + 2, network.encode().model().count(Op.onnx("Transpose")));
        // From the latent, to fp32 and to bytes; from the pixels and to the latent.
        assertEquals(3, network.decode().model().count(Op.onnx("Cast")));
        assertEquals(2, network.encode().model().count(Op.onnx("Cast")));
        // Where frames lie one after the other, a video of pictures needs no turning but at its ends.
        TaeNetwork tae = tae(new VaeOptions(VaeType.TAE, 320, 576, DType.BF16), DType.BF16);
        assertEquals(2, tae.decode().model().count(Op.onnx("Transpose")));
        assertEquals(1, tae.encode().model().count(Op.onnx("Transpose")));
    }

    @Test
    void everyConvolutionOverTimeHasAState() throws CheckpointException {
        WanVaeNetwork network = wan(new VaeOptions(VaeType.WAN, 320, 576, DType.BF16), DType.BF16);
        assertEquals(network.decode().reads(), network.decode().writes());
        assertEquals(32, network.decode().reads().size());
        assertEquals(30, network.decodeFirst().reads().size());
        assertEquals(network.encode().reads(), network.encode().writes());
        assertEquals(24, network.encode().reads().size());
        assertEquals(22, network.encodeFirst().reads().size());
        assertEquals(network.encode().writes(), network.encodeFirst().writes());
        assertEquals(Shape.of(1, 96, 2, 320, 576), network.decode().reads().get("decoder.head.2"));
        assertEquals(Shape.of(1, 192, 1, 80, 144), network.encode().reads().get("encoder.downsamples.5.time_conv"));
        TaeNetwork tae = tae(new VaeOptions(VaeType.TAE, 320, 576, DType.BF16), DType.BF16);
        assertEquals(9, tae.decode().reads().size());
        assertEquals(9, tae.encode().reads().size());
    }

    /** In place, so the new state may only be written when nobody will read the old one any more. */
    @Test
    void aStateIsWrittenFromWhatItsOnlyReaderMade() throws CheckpointException {
        WanVaeNetwork wan = wan(new VaeOptions(VaeType.WAN, 320, 576, DType.BF16), DType.BF16);
        TaeNetwork tae = tae(new VaeOptions(VaeType.TAE, 320, 576, DType.BF16), DType.BF16);
        for (VaeGraph graph : List.of(wan.encodeFirst(), wan.encode(), wan.decodeFirst(), wan.decode(), tae.encode(), tae.decode())) {
            List<Node> nodes = graph.model().nodes();
            for (String state : graph.reads().keySet()) {
                List<Node> readers = nodes.stream()
                        .filter(node -> node.inputs().stream().anyMatch(value -> value.name().equals(VaeGraph.input(state))))
                        .toList();
                Node writer = nodes.stream().filter(node -> node.path().equals(state + "/last/Slice")).findFirst().orElseThrow();
                assertEquals(1, readers.size(), state);
                assertEquals(readers.getFirst().outputs().getFirst(), writer.inputs().getFirst(), state);
            }
        }
    }

    @Test
    void weightsStayInTheirFile() throws CheckpointException {
        VaeGraph graph = wan(new VaeOptions(VaeType.WAN, 320, 576, DType.BF16), DType.BF16).decode();
        assertTrue(graph.model().bytes().length < 100_000, () -> graph.model().bytes().length + " bytes");
    }

    @ParameterizedTest
    @EnumSource
    void allTensorsACheckpointLacksAreNamedAtOnce(VaeType type) throws CheckpointException {
        Map<String, Shape> shapes = new LinkedHashMap<>(TestVaes.shapes(type));
        List<String> some = List.copyOf(shapes.keySet()).subList(8, 13);
        some.forEach(shapes::remove);
        Checkpoint checkpoint = CheckpointFile.sparse(folder.resolve(type.file()), DType.F32, shapes);
        CheckpointException e = assertThrows(CheckpointException.class,
                () -> VideoAutoencoders.load(new VaeOptions(type, 16, 16, DType.F32), checkpoint, Ort.cpu()));
        assertEquals(type.file() + " does not fit this network: it lacks 5 of " + TestVaes.shapes(type).size() + " tensors: "
                + String.join(", ", some), e.getMessage());
    }

    @ParameterizedTest
    @EnumSource
    void aTensorOfAnotherShapeIsNamedWithBoth(VaeType type) throws CheckpointException {
        Map<String, Shape> shapes = new LinkedHashMap<>(TestVaes.shapes(type));
        String last = List.copyOf(shapes.keySet()).getLast();
        shapes.put(last, Shape.of(5));
        Checkpoint checkpoint = CheckpointFile.sparse(folder.resolve(type.file()), DType.F32, shapes);
        CheckpointException e = assertThrows(CheckpointException.class,
                () -> VideoAutoencoders.load(new VaeOptions(type, 16, 16, DType.F32), checkpoint, Ort.cpu()));
        assertEquals(type.file() + " does not fit this network: it has another shape for 1 of " + shapes.size() + " tensors: " + last
                + " is [5], not [3]", e.getMessage());
    }

    @ParameterizedTest
    @EnumSource
    void aNumberOfChannelsBeyondReasonIsAWrongShape(VaeType type) throws CheckpointException {
        Map<String, Shape> shapes = new LinkedHashMap<>(TestVaes.shapes(type));
        String first = type.causal3d() ? "encoder.conv1.weight" : "encoder.0.weight";
        shapes.put(first, type.causal3d() ? Shape.of(1L << 40, 0, 3, 3, 3) : Shape.of(1L << 40, 0, 3, 3));
        Checkpoint checkpoint = CheckpointFile.sparse(folder.resolve(type.file()), DType.F32, shapes);
        CheckpointException e = assertThrows(CheckpointException.class,
                () -> VideoAutoencoders.load(new VaeOptions(type, 16, 16, DType.F32), checkpoint, Ort.cpu()));
        assertTrue(e.getMessage().contains(first + " is [1099511627776,0,3,3"), e.getMessage());
    }

    @Test
    void aSizeThatLatentsCannotHaveIsRefusedWithTheNextOnes() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> new VaeOptions(VaeType.WAN, 500, 512, DType.F32));
        assertEquals("height must be a multiple of 8; 500 given, use 496 or 504", e.getMessage());
    }

    @Test
    void anUnknownTypeIsRefusedWithTheKnownOnes() {
        assertEquals(VaeType.LIGHTTAE, VaeType.of("lighttae"));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> VaeType.of("vae"));
        assertEquals("there is no VAE vae, only wan, lightvae, tae, lighttae", e.getMessage());
    }

    private WanVaeNetwork wan(VaeOptions options, DType stored) throws CheckpointException {
        return new WanVaeNetwork(weights("wan", stored, WAN), options, Provider.CUDA);
    }

    private TaeNetwork tae(VaeOptions options, DType stored) throws CheckpointException {
        return new TaeNetwork(weights("tae", stored, TaeWeights.required()), options, Provider.CUDA);
    }

    private Weights weights(String name, DType stored, Map<String, Shape> shapes) throws CheckpointException {
        Checkpoint checkpoint = CheckpointFile.sparse(folder.resolve(name + ".safetensors"), stored, shapes);
        return tensor -> checkpoint.find(tensor).orElseThrow();
    }

    private static long parameters(Map<String, Shape> shapes) {
        return shapes.values().stream().mapToLong(Shape::elements).sum();
    }

    private static double gigabytes(VaeGraph graph) {
        return graph.writes().values().stream().mapToLong(shape -> shape.bytes(DType.BF16)).sum() / 1e9;
    }
}
