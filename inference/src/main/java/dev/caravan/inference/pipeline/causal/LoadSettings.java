package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.PictureSize;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.wan.vae.VaeType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The load parameters of a causal pipeline, checked (contract §4.4). Keys it does not know are ignored: clients send their whole form.
 *
 * @param size        of generated pictures; both sides multiples of 16
 * @param seed        of a stream's noise, at least 0
 * @param steps       timesteps of a session that names none, not empty
 * @param manageCache whether caches are reset by themselves where a session does not say
 * @param float8      whether the transformer's matrices are kept in eight bits
 * @param vace        whether and how it can be guided
 * @param adapters    to be loaded with it, in the client's order
 * @param notes       what was asked for by default only and is not there; for status and log
 */
record LoadSettings(
        PictureSize size,
        long seed,
        List<Integer> steps,
        boolean manageCache,
        VaeType vae,
        boolean float8,
        VaceSettings vace,
        List<AskedAdapter> adapters,
        List<String> notes) {

    private static final long DEFAULT_SEED = 42;
    private static final String FLOAT8 = "fp8_e4m3fn";
    /** As many as a session may name in its parameters. */
    private static final int MOST_STEPS = 100;

    /** @throws PipelineException in one line, when a value is wrong */
    static LoadSettings of(CausalFamily family, PipelineSchema schema, LoadRequest request) throws PipelineException {
        Map<String, Object> given = request.parameters();
        PictureSize size = PictureSize.ofGenerative(schema, request);
        List<String> notes = new ArrayList<>();
        VaeType asked = vae(given);
        VaeType vae = family.onlyVae().orElse(asked);
        if (vae != asked) {
            notes.add(family.id() + " knows no other VAE than " + vae.wireName() + ", which is loaded instead of " + asked.wireName());
        }
        return new LoadSettings(size, seed(given), steps(family, given), manageCache(given), vae, float8(given), VaceSettings.of(given),
                AskedAdapter.read(request), List.copyOf(notes));
    }

    /** Without VACE, which nobody asked for in so many words. */
    LoadSettings withoutVace(String note) {
        List<String> more = new ArrayList<>(notes);
        more.add(note);
        return new LoadSettings(size, seed, steps, manageCache, vae, float8, VaceSettings.OFF, adapters, List.copyOf(more));
    }

    private static long seed(Map<String, Object> given) throws PipelineException {
        Object seed = given.get("base_seed");
        if (seed == null) {
            return DEFAULT_SEED;
        }
        if (seed instanceof Number n && n.doubleValue() == n.longValue() && n.longValue() >= 0) {
            return n.longValue();
        }
        throw PipelineException.wrongValue("base_seed must be a whole number of at least 0", seed);
    }

    private static List<Integer> steps(CausalFamily family, Map<String, Object> given) throws PipelineException {
        Object steps = given.get("denoising_steps");
        if (steps == null || steps instanceof List<?> list && list.isEmpty()) {
            return family.denoisingSteps();
        }
        if (steps instanceof List<?> list && list.size() > MOST_STEPS) {
            throw new PipelineException("denoising_steps has at most " + MOST_STEPS + " steps; " + list.size() + " given", true);
        }
        if (steps instanceof List<?> list && list.stream().allMatch(LoadSettings::timestep)) {
            return list.stream().map(step -> ((Number) step).intValue()).toList();
        }
        throw PipelineException.wrongValue("denoising_steps must be whole numbers from 0 to 1000", steps);
    }

    private static boolean timestep(Object value) {
        return value instanceof Number n && n.doubleValue() == n.intValue() && n.intValue() >= 0 && n.intValue() <= 1000;
    }

    private static boolean manageCache(Map<String, Object> given) throws PipelineException {
        return switch (given.get("manage_cache")) {
            case null -> true;
            case Boolean manage -> manage;
            case Object other -> throw PipelineException.wrongValue("manage_cache must be true or false", other);
        };
    }

    private static boolean float8(Map<String, Object> given) throws PipelineException {
        return switch (given.get("quantization")) {
            case null -> false;
            case String name when name.equals(FLOAT8) -> true;
            case Object other -> throw PipelineException.wrongValue("quantization must be null or " + FLOAT8, other);
        };
    }

    private static VaeType vae(Map<String, Object> given) throws PipelineException {
        Object name = given.get("vae_type");
        if (name == null) {
            return VaeType.WAN;
        }
        try {
            return VaeType.of(String.valueOf(name));
        } catch (IllegalArgumentException _) {
            throw PipelineException.wrongValue("vae_type must be one of " + VaeType.wireNames(), name);
        }
    }
}
