package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.pipeline.PipelineException;
import java.util.List;
import java.util.Map;

/**
 * What load parameters say about VACE (contract §4.4).
 *
 * @param loaded     whether its module is loaded
 * @param asked      whether that was asked for in so many words, so that a missing file is an error
 * @param scale      strength of the hints in a session that names none, 0..2
 * @param references paths of reference images that every session begins with
 */
record VaceSettings(boolean loaded, boolean asked, double scale, List<String> references) {

    /** Loaded without. */
    static final VaceSettings OFF = new VaceSettings(false, false, 1, List.of());

    private static final double STRONGEST = 2;
    /** As many as a session may name in its parameters. */
    private static final int MOST_REFERENCES = 32;

    VaceSettings {
        references = List.copyOf(references);
    }

    /** @throws PipelineException in one line, when a value is wrong */
    static VaceSettings of(Map<String, Object> given) throws PipelineException {
        return switch (given.get("vace_enabled")) {
            case null -> new VaceSettings(true, false, scale(given), references(given));
            case Boolean wanted -> new VaceSettings(wanted, wanted, scale(given), references(given));
            case Object other -> throw PipelineException.wrongValue("vace_enabled must be true or false", other);
        };
    }

    private static double scale(Map<String, Object> given) throws PipelineException {
        Object scale = given.get("vace_context_scale");
        if (scale == null) {
            return 1;
        }
        if (scale instanceof Number n && n.doubleValue() >= 0 && n.doubleValue() <= STRONGEST) {
            return n.doubleValue();
        }
        throw PipelineException.wrongValue("vace_context_scale must be a number from 0 to 2", scale);
    }

    private static List<String> references(Map<String, Object> given) throws PipelineException {
        Object paths = given.get("ref_images");
        if (paths == null) {
            return List.of();
        }
        if (paths instanceof List<?> list && list.size() <= MOST_REFERENCES && list.stream().allMatch(String.class::isInstance)) {
            return list.stream().map(String.class::cast).toList();
        }
        throw new PipelineException("ref_images must be a list of at most " + MOST_REFERENCES + " paths", true);
    }
}
