package dev.caravan.inference.text;

/**
 * One prompt of a blend, as a person wrote it.
 *
 * @param weight share in the blend; weights of a blend are divided by their sum
 */
public record WeightedPrompt(String text, double weight) {

    public WeightedPrompt(String text) {
        this(text, 1.0);
    }
}
