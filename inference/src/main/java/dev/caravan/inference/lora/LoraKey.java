package dev.caravan.inference.lora;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a tensor in an adapter's file, taken apart (spec lora.md §2, §3).
 *
 * @param base what the tensors of one layer have in common
 * @param part which of them it is
 */
record LoraKey(String base, Part part) {

    enum Part {
        /** A [r,in]. */
        DOWN,
        /** B [out,r]. */
        UP,
        ALPHA
    }

    static final String KOHYA = "lora_unet_";
    static final String DIFFUSION_MODEL = "diffusion_model.";
    private static final String PEFT = "base_model.model.";

    /** Between the matrix and {@code weight} PEFT writes the adapter's name where there may be several. */
    private static final Pattern MATRIX = Pattern.compile("(.+)\\.lora_(A|down|B|up)(\\.[^.]+)?\\.weight");
    private static final Pattern ALPHA = Pattern.compile("(.+)\\.alpha");
    private static final Pattern NUMBER = Pattern.compile("_(\\d+)_");

    /** Empty for a tensor that belongs to no low-rank pair. */
    static Optional<LoraKey> of(String name) {
        Matcher matrix = MATRIX.matcher(name);
        if (matrix.matches()) {
            boolean down = matrix.group(2).equals("A") || matrix.group(2).equals("down");
            return Optional.of(new LoraKey(matrix.group(1), down ? Part.DOWN : Part.UP));
        }
        Matcher alpha = ALPHA.matcher(name);
        return alpha.matches() ? Optional.of(new LoraKey(alpha.group(1), Part.ALPHA)) : Optional.empty();
    }

    /**
     * Whether a file with such a name has its alphas honoured: those written by trainers, as opposed to those converted for the
     * {@code diffusion_model} layout, which have alpha multiplied in.
     */
    static boolean honoursAlpha(String name) {
        return name.contains(".lora_up.") || name.contains(".lora_down.") || name.startsWith(KOHYA)
                || (name.contains(".lora_A.") || name.contains(".lora_B.")) && !name.startsWith(DIFFUSION_MODEL);
    }

    /** Path of the layer in the model, for example {@code blocks.0.cross_attn.k}. */
    String module() {
        if (base.startsWith(KOHYA)) {
            return kohya(base.substring(KOHYA.length()));
        }
        if (base.startsWith(DIFFUSION_MODEL)) {
            return base.substring(DIFFUSION_MODEL.length());
        }
        return base.startsWith(PEFT) ? base.substring(PEFT.length()) : base;
    }

    /** These have underscores where the model has dots, and also where it has underscores: only the names of the attentions. */
    private static String kohya(String flat) {
        String kept = flat.replace("cross_attn", "\1").replace("self_attn", "\2");
        return NUMBER.matcher(kept).replaceAll(".$1.").replace('_', '.').replace("\1", "cross_attn").replace("\2", "self_attn");
    }
}
