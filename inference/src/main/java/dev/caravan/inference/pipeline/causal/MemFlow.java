package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.diffusion.KeyCache;
import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.diffusion.MemoryBank;
import dev.caravan.inference.pipeline.PipelineException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * MemFlow, 1.3B: a {@link LongLive} with other weights and, if wanted, a memory bank (spec models/causal-wan.md §4.4). Two load
 * parameters say how it is run:
 *
 * <ul>
 * <li>{@code memflow_mode}: {@code scope}, the default, is MemFlow as the Scope server publishes it: there the bank is never filled, so
 *     that only weights differ from LongLive. {@code upstream} is the authors' own way: the first frame of every third chunk is kept in a
 *     bank of three blocks, those that the prompt is most about stay, and every chunk sees them beside sink and window. Costs four more
 *     frames of cache.
 * <li>{@code memflow_sparse_attention}: {@code true} lets each head see only the three blocks of sink and bank that suit its queries best,
 *     besides the window. Only in mode {@code upstream}; {@code false} by default.
 * </ul>
 */
public final class MemFlow extends LongLive {

    private static final String MODE = "memflow_mode";
    private static final String SPARSE = "memflow_sparse_attention";
    private static final int BLOCKS = 3;

    private final KeyCache keys;

    /** As published. */
    public MemFlow() {
        this(KeyCache.ROTATED);
    }

    private MemFlow(KeyCache keys) {
        this.keys = keys;
    }

    @Override
    public CausalFamily configured(Map<String, Object> loadParameters) throws PipelineException {
        boolean upstream = upstream(loadParameters.get(MODE));
        boolean sparse = sparse(loadParameters.get(SPARSE));
        if (sparse && !upstream) {
            throw new PipelineException(SPARSE + " chooses among the blocks of a memory that only " + MODE + " upstream has", true);
        }
        return new MemFlow(sparse ? KeyCache.BANKED_SPARSE : upstream ? KeyCache.BANKED : KeyCache.ROTATED);
    }

    private static boolean upstream(@Nullable Object mode) throws PipelineException {
        if (mode == null || mode.equals("scope")) {
            return false;
        }
        if (mode.equals("upstream")) {
            return true;
        }
        throw PipelineException.wrongValue(MODE + " must be scope or upstream", mode);
    }

    private static boolean sparse(@Nullable Object sparse) throws PipelineException {
        return switch (sparse) {
            case null -> false;
            case Boolean wanted -> wanted;
            default -> throw PipelineException.wrongValue(SPARSE + " must be true or false", sparse);
        };
    }

    @Override
    public String id() {
        return "memflow";
    }

    @Override
    public String generator() {
        return "MemFlow/base.pt";
    }

    @Override
    public Optional<String> builtInLora() {
        return Optional.of("MemFlow/lora.pt");
    }

    @Override
    public KvCachePolicy newCachePolicy() {
        return switch (keys) {
            case BANKED, BANKED_SPARSE -> new MemoryBank(WINDOW, SINK, BLOCKS, keys == KeyCache.BANKED_SPARSE);
            default -> super.newCachePolicy();
        };
    }
}
