package dev.caravan.inference.wan;

import dev.caravan.inference.diffusion.CacheChange;
import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.OrtException;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.text.PromptEmbedding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One stream's part of a {@link Transformer}: the keys and values of past frames and of the prompt, and the tensors of a step, all on the
 * device. A pass says which slots it writes and sees, so nothing has to be cleared when a stream begins anew. Latents in and out are F32
 * tensors [F,16,h,w]; those it returns are its own and hold until its next call. Owned by one thread.
 */
public final class TransformerState implements AutoCloseable {

    private final Transformer transformer;
    private final TransformerConfig config;
    private final int capacity;
    private final TensorPool pool;
    private final List<Tensor> keys = new ArrayList<>();
    private final List<Tensor> values = new ArrayList<>();
    private final List<Tensor> textKeys = new ArrayList<>();
    private final List<Tensor> textValues = new ArrayList<>();
    private final Tensor prompt;
    private final StepTensors step;
    private final AdapterStrengths adapters;
    private final PassInputs pass;
    private final CacheChanges changes;
    private final Binding textBinding;
    private final Map<Object, Binding> bindings = new HashMap<>();
    private final Optional<VaceState> vace;
    private boolean prompted;
    private boolean otherText;

    TransformerState(Transformer transformer, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a stream keeps at least one frame, not " + capacity);
        }
        this.transformer = transformer;
        this.config = transformer.config();
        this.capacity = capacity;
        this.pool = new TensorPool(transformer.device());
        try {
            pass = PassInputs.of(transformer.options().keys(), pool, config, transformer.size(), capacity);
            Shape cache = pass.cache(Shape.of(capacity, transformer.size().tokens(), config.dim()));
            Shape text = Shape.of(1, config.textLen(), config.dim());
            for (int layer = 0; layer < config.layers(); layer++) {
                keys.add(pool.zeros(transformer.compute(), cache));
                values.add(pool.zeros(transformer.compute(), cache));
                textKeys.add(pool.zeros(transformer.compute(), text));
                textValues.add(pool.zeros(transformer.compute(), text));
            }
            prompt = pool.zeros(transformer.compute(), Shape.of(config.textLen(), config.textDim()));
            step = new StepTensors(pool, config, transformer.size(), transformer.compute(), capacity);
            adapters = new AdapterStrengths(transformer.options().adapters(), pool);
            changes = new CacheChanges(transformer, pool, keys, values, Shape.of(transformer.size().tokens(), config.dim()),
                    transformer.compression().map(compression -> compression.open(pool, keys, values, textKeys)));
            vace = transformer.vace()
                    .map(network -> pool.own(new VaceState(transformer, network, capacity, step.allLatents(), step.sinusoid(), adapters)));
            textBinding = pool.own(transformer.text().bind());
            bindText();
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    private void bindText() {
        textBinding.input(TransformerGraph.PROMPT, prompt);
        vace.ifPresent(own -> own.bindText(textBinding));
        adapters.bind(textBinding, transformer.text());
        Shape rows = Shape.of(config.textLen(), config.dim());
        for (int layer = 0; layer < config.layers(); layer++) {
            textBinding.output(TransformerGraph.TEXT_KEYS.formatted(layer), pool.view(textKeys.get(layer), rows));
            textBinding.output(TransformerGraph.TEXT_VALUES.formatted(layer), pool.view(textValues.get(layer), rows));
        }
    }

    /**
     * Takes a prompt for all passes from now on. Keys and values of past frames stay as the old one made them; a recache renews them.
     *
     * @throws IllegalArgumentException when the embedding is not of the network's size
     */
    public void setPrompt(PromptEmbedding embedding) {
        if (embedding.rows() != config.textLen() || embedding.width() != config.textDim()) {
            throw new IllegalArgumentException("the network takes prompts of " + config.textLen() + " rows of " + config.textDim()
                    + " numbers; " + embedding.rows() + " of " + embedding.width() + " given");
        }
        prompt.write(embedding.values());
        runText();
        prompted = true;
        otherText = false;
        changes.promptSeen(false);
    }

    private void runText() {
        textBinding.run();
        vace.ifPresent(VaceState::promptChanged);
    }

    /**
     * Takes a weight of past frames for all passes from now on, where the network has caches of which some keys can be biased (spec
     * causal-wan.md §4.5); others do not mind it.
     *
     * @param bias factor of their shares, above 0; 1 as at the beginning leaves them alone
     * @throws IllegalArgumentException for another number
     */
    public void setAttentionBias(double bias) {
        if (!(bias > 0 && bias <= 1)) {
            throw new IllegalArgumentException("an attention bias is above 0 and at most 1; " + bias + " given");
        }
        pass.setAttentionBias(bias);
    }

    /**
     * Takes a context for all denoise steps from now on: what guides them through VACE (spec vace.md §2, §3). It changes nothing in passes
     * that are made for their keys and values only. The first one takes memory for what VACE needs, by far the most of it in the first
     * step.
     *
     * @param context F32 [T,96,h,w], frame by frame, at least one; copied, so it may be closed or changed afterwards. Frame 0 belongs to
     *                a step's first frame; frames beyond those of a step are not used, those that a step has beyond these have zeros in
     *                place of tokens
     * @param scale   by which hints are multiplied, at least 0, in the type that is computed in; with 0 none are made
     * @throws IllegalStateException    when the model was loaded without VACE
     * @throws IllegalArgumentException when the context has another shape or type, or the scale is none
     * @throws OrtException             when memory ran out
     */
    public void setVace(Tensor context, double scale) {
        vace.orElseThrow(() -> new IllegalStateException("the model was loaded without VACE")).guide(context, scale);
    }

    /** Takes no context any more: steps are those of a model without VACE. What was taken for VACE stays for the next context. */
    public void withoutVace() {
        vace.ifPresent(VaceState::leave);
    }

    /**
     * Changes with what strength adapters are added, from the next pass on; keys and values of the prompt are then made anew, those of past
     * frames stay. Names of no adapter and differences below 1e-6 are ignored (spec lora.md §4).
     *
     * @param strengths by name of the adapter; others keep theirs
     */
    public void setAdapterScales(Map<String, Double> strengths) {
        otherText |= adapters.set(strengths);
    }

    /**
     * The tensor that passes over some frames read: latents written there are not copied again. Its content stays as it is.
     *
     * @return [F,16,h,w]
     */
    public Tensor latents(int frames) {
        return step.latents(frames);
    }

    /**
     * One denoise step that is the last: the latents without their noise, x0 = x - sigma · flow.
     *
     * @param latents  x, [F,16,h,w]
     * @param timestep 0 to 1000
     * @param sigma    of the timestep
     * @return x0, [F,16,h,w]
     * @throws OrtException when the device failed, for example for lack of memory; caches hold anything then
     */
    public Tensor denoise(CachePass pass, Tensor latents, float timestep, float sigma) {
        return transformer.device().call(() -> {
            step.writeSigma(sigma);
            changes.promptSeen(true);
            run(pass, latents, timestep, true);
            return step.clean(frames(pass));
        });
    }

    /**
     * One denoise step before another: x0 with less noise than before, (1 - nextSigma) · x0 + nextSigma · noise (spec schedulers.md §3).
     *
     * @param nextSigma of the next step's timestep
     * @param noise     standard normal, as many numbers as latents
     * @return the next step's latents, [F,16,h,w]; also their x0 is at {@link #clean}
     * @throws OrtException as {@link #denoise}
     */
    public Tensor denoise(CachePass pass, Tensor latents, float timestep, float sigma, float nextSigma, float[] noise) {
        return transformer.device().call(() -> {
            step.writeSigma(sigma);
            step.writeNext(nextSigma, noise, frames(pass));
            changes.promptSeen(true);
            run(pass, latents, timestep, true);
            return step.next(frames(pass));
        });
    }

    /**
     * Does to the caches what comes before the first of the passes over some frames. Once for all of them.
     *
     * @throws OrtException as {@link #denoise}
     */
    public void begin(CachePass pass) {
        change(pass.before());
    }

    /**
     * A pass that is only made for the keys and values it leaves behind, with timestep 0: a clean pass after the last denoise step, or a
     * recache after a prompt change. Then, what comes after the last pass over these frames.
     *
     * @param latents without noise, [F,16,h,w]
     * @throws OrtException as {@link #denoise}
     */
    public void store(CachePass pass, Tensor latents) {
        transformer.device().call(() -> {
            run(pass, latents, 0, false);
            return null;
        });
        change(pass.after());
    }

    private void change(List<CacheChange> some) {
        if (!some.isEmpty()) {
            transformer.device().call(() -> {
                some.forEach(changes::make);
                return null;
            });
        }
    }

    /** The x0 of the last pass, which was over that many frames: [F,16,h,w]. */
    public Tensor clean(int frames) {
        return step.clean(frames);
    }

    /** What the network itself said in the last pass, [F,16,h,w]. */
    Tensor flow(int frames) {
        return step.flow(frames);
    }

    private void run(CachePass cachePass, Tensor from, float timestep, boolean guided) {
        if (!prompted) {
            throw new IllegalStateException("a prompt is set before the first pass");
        }
        Tensor own = step.latents(frames(cachePass));
        if (!from.shape().equals(own.shape())) {
            throw new IllegalArgumentException("latents are " + from.shape() + " where the pass wants " + own.shape());
        }
        if (from != own) {
            own.copyFrom(from);
        }
        if (otherText) {
            runText();
            otherText = false;
        }
        step.writeTimestep(timestep);
        pass.write(cachePass);
        vace.filter(hints -> guided && hints.guiding())
                .map(hints -> hints.hinted(pass.sizes(cachePass), frames(cachePass), owner -> bind(cachePass, owner)))
                .orElseGet(() -> binding(cachePass))
                .run();
    }

    private static int frames(CachePass pass) {
        return pass.queryPositions().size();
    }

    /** One per combination of sizes, so that a GPU records each once and replays it from then on. Without hints. */
    Binding binding(CachePass cachePass) {
        return bindings.computeIfAbsent(pass.sizes(cachePass), sizes -> {
            Binding binding = bind(cachePass, pool);
            vace.ifPresent(own -> own.bindNone(binding));
            return binding;
        });
    }

    /** All but the hints. */
    private Binding bind(CachePass cachePass, TensorPool owner) {
        int frames = frames(cachePass);
        int slots = pass.boundSlots(cachePass);
        if (slots > capacity || frames > capacity) {
            throw new IllegalArgumentException(
                    "a pass over " + frames + " frames that sees " + slots + " does not go with a cache of " + capacity);
        }
        // Recording runs the model more than once: it writes the same rows of the caches again, and nothing else that it reads.
        Binding binding = owner.own(transformer.step().bind()).captured();
        step.bind(binding, frames);
        adapters.bind(binding, transformer.step());
        pass.bind(binding, cachePass);
        Shape seen = pass.bound(cachePass, Shape.of(slots, transformer.size().tokens(), config.dim()));
        for (int layer = 0; layer < config.layers(); layer++) {
            binding.input(TransformerGraph.TEXT_KEYS.formatted(layer), textKeys.get(layer))
                    .input(TransformerGraph.TEXT_VALUES.formatted(layer), textValues.get(layer))
                    .inPlace(CacheParts.KEYS.formatted(layer), CacheParts.KEYS_UPDATED.formatted(layer),
                            pool.view(keys.get(layer), seen))
                    .inPlace(CacheParts.VALUES.formatted(layer), CacheParts.VALUES_UPDATED.formatted(layer),
                            pool.view(values.get(layer), seen));
        }
        return binding;
    }

    /** The binding that makes the hints of steps over so many frames; a context was set before. */
    Binding hints(int frames) {
        return vace.orElseThrow().inputs().maker(frames);
    }

    /** The cached keys of a block, [capacity,f,D] or as its {@link PassInputs} want it. */
    Tensor keys(int layer) {
        return keys.get(layer);
    }

    /** The keys of the prompt that a block sees, [1,T,D]. */
    Tensor textKeys(int layer) {
        return textKeys.get(layer);
    }

    /** The cached values of a block, as the keys. */
    Tensor values(int layer) {
        return values.get(layer);
    }

    @Override
    public void close() {
        try {
            // Its steps are tied to tensors of the pool that are younger than itself.
            vace.ifPresent(VaceState::close);
        } finally {
            pool.close();
        }
    }
}
