package dev.caravan.inference.wan.vae;

import dev.caravan.inference.ort.Owned;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** One memory of a stream's encoder: a state, and the steps tied to it as they are needed. */
final class EncoderMemory implements AutoCloseable {

    private final Owned owned = new Owned();
    private final VaeOptions options;
    private final VaeState state;
    private final Map<VaeStage, EncodeStep> steps = new IdentityHashMap<>();

    /** @param stages those whose states are all there are */
    EncoderMemory(VaeOptions options, List<VaeStage> stages) {
        this.options = options;
        this.state = owned.keep(
                new VaeState(stages.getFirst().device(), options.compute(), stages.stream().map(VaeStage::graph).toList()));
    }

    EncodeStep step(VaeStage stage) {
        return steps.computeIfAbsent(stage, needed -> owned.keep(new EncodeStep(needed, state, options)));
    }

    VaeState state() {
        return state;
    }

    @Override
    public void close() {
        steps.clear();
        owned.close();
    }
}
