package dev.caravan.inference.wan;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.Requirements;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.tensor.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The blocks that make hints of a context for a causal Wan transformer (spec vace.md §3), not loaded yet. Immutable.
 *
 * @param weights all of {@link VaceWeights#required}, each in one piece, in the type that is computed in where the device wants that
 * @param layers  the block of the transformer behind which each hint is added, ascending; as many as the module has blocks
 */
public record VaceModule(Weights weights, List<Integer> layers) {

    private static final String PREFIX = "vace_";
    private static final Pattern BLOCK = Pattern.compile("vace_blocks\\.(\\d{1,9})\\..*");

    public VaceModule {
        layers = List.copyOf(layers);
        if (layers.isEmpty() || layers.getFirst() < 0 || !layers.equals(layers.stream().distinct().sorted().toList())) {
            throw new IllegalArgumentException("layers that get hints are different ones in order, not " + layers);
        }
    }

    /**
     * The module's tensors in a file, which may be a whole checkpoint with a module inside.
     *
     * @param config of the transformer it is for
     * @return the module's tensors alone, of any floating-point type; some may have to be copied together before {@link #of}
     * @throws CheckpointException when there is no module in it, or one for another transformer
     */
    public static Checkpoint in(Checkpoint file, TransformerConfig config) throws CheckpointException {
        Checkpoint named = file.nested("generator").orElse(file).modelNames();
        Checkpoint module = new Checkpoint(file.path(), ofModule(named.tensors()), ofModule(named.unreadable()));
        requirements(module, config).check(module);
        return module;
    }

    /**
     * The module that some tensors make.
     *
     * @param tensors those of {@link #in}, converted where the device wants another type
     * @throws CheckpointException when they make none for this transformer, or are not stored in a row
     */
    public static VaceModule of(Checkpoint tensors, TransformerConfig config) throws CheckpointException {
        requirements(tensors, config).checkInPlace(tensors);
        return new VaceModule(Weights.of(tensors), layers(blocks(tensors), config.layers()));
    }

    /**
     * The layers that get hints: every n-th from the first one on, as far apart as that many fit.
     *
     * @param blocks of the module: 15 for the 1.3B model, 8 for the 14B
     * @param layers of the transformer
     * @throws IllegalArgumentException when there is no such distance
     */
    public static List<Integer> layers(int blocks, int layers) {
        if (blocks < 1 || blocks > layers) {
            throw new IllegalArgumentException(blocks + " blocks do not go with " + layers + " layers");
        }
        int distance = Math.ceilDiv(layers, blocks);
        if ((blocks - 1) * distance >= layers) {
            throw new IllegalArgumentException(blocks + " blocks do not spread evenly over " + layers + " layers");
        }
        return IntStream.range(0, blocks).map(i -> i * distance).boxed().toList();
    }

    /**
     * Bytes on the device of what it takes for one stream from the first context on (spec vace.md §3): keys and values of the prompt, the
     * context, and the hints of a step, by far the most.
     *
     * @param blocks         of the module
     * @param capacityFrames slots of the stream's caches, latent frames
     * @param stepFrames     latent frames of a step at the most
     */
    public static long streamBytes(
            TransformerConfig config, LatentSize size, DType compute, int blocks, int capacityFrames, int stepFrames) {
        long rows = VaceInputs.rows((long) stepFrames * size.tokens());
        long context = (long) capacityFrames * VaceWeights.CHANNELS * size.height() * size.width();
        return blocks * (2L * config.textLen() + rows) * config.dim() * compute.bytes()
                + (context + rows * config.headDim()) * DType.F32.bytes();
    }

    /** Its weights together with those of a transformer: no name is in both. */
    Weights with(Weights others) {
        return new Weights() {
            @Override
            public StoredTensor get(String name) {
                return of(name).get(name);
            }

            @Override
            public float scale(String name) {
                return of(name).scale(name);
            }

            private Weights of(String name) {
                return name.startsWith(PREFIX) ? weights : others;
            }
        };
    }

    private static Requirements requirements(Checkpoint module, TransformerConfig config) throws CheckpointException {
        int blocks = blocks(module);
        if (blocks == 0) {
            throw new CheckpointException(module.fileName() + " holds no VACE module: it has no block named vace_blocks.0");
        }
        try {
            layers(blocks, config.layers());
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(module.fileName() + " does not fit this network: " + e.getMessage(), e);
        }
        return new Requirements(VaceWeights.required(config, blocks));
    }

    /** How many blocks a module's tensors are of. */
    public static int blocks(Checkpoint module) {
        return module.tensors().keySet().stream().map(BLOCK::matcher).filter(Matcher::matches)
                .mapToInt(name -> Integer.parseInt(name.group(1)) + 1).max().orElse(0);
    }

    private static <T> Map<String, T> ofModule(Map<String, T> all) {
        Map<String, T> some = new LinkedHashMap<>(all);
        some.keySet().removeIf(name -> !name.startsWith(PREFIX));
        return some;
    }
}
