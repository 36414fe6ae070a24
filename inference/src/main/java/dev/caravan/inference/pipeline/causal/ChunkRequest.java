package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.diffusion.Raster;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.text.Interpolation;
import dev.caravan.inference.text.PromptTransition;
import dev.caravan.inference.text.WeightedPrompt;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What one chunk is made from.
 *
 * @param video           input pictures, oldest first, of any size; empty to generate freely
 * @param prompts         in use; one empty prompt when none was ever given
 * @param blending        how several prompts become one
 * @param transition      to be begun or kept going
 * @param steps           timesteps, not empty
 * @param noiseScale      share of noise on the input, 0..1; unused without video
 * @param noiseController whether movement in the input changes that share
 * @param manageCache     whether caches are reset when settings change
 * @param resetCache      whether everything is to begin anew
 * @param vace            what guides it besides
 * @param attentionBias   weight of past frames, above 0 and at most 1; for families that know one
 * @param loraScales      strengths of adapters by name, that change with this chunk and stay so
 */
record ChunkRequest(
        List<Rgb24> video,
        List<WeightedPrompt> prompts,
        Interpolation blending,
        Optional<PromptTransition> transition,
        List<Integer> steps,
        double noiseScale,
        boolean noiseController,
        boolean manageCache,
        boolean resetCache,
        VaceRequest vace,
        OptionalDouble attentionBias,
        Map<String, Double> loraScales) {

    /** Whether it begins from encoded video rather than from noise alone. */
    boolean fromVideo() {
        return !video.isEmpty() && !vace.inputGuides();
    }

    /** Whether it begins from noise and follows the input pictures. */
    boolean guidedByVideo() {
        return !video.isEmpty() && vace.inputGuides();
    }

    /** The input pictures as samples. */
    List<Raster> rasters() {
        return video.stream().map(ChunkRequest::raster).toList();
    }

    static Raster raster(Rgb24 picture) {
        return new Raster(picture.data(), picture.width(), picture.height());
    }
}
