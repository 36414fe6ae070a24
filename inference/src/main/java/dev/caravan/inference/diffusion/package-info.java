/**
 * The arithmetic of generating video by flow matching, without any network: which timesteps and sigmas, which noise, how much of it, and
 * which frames the key-value caches hold. Pure functions and small state machines; everything is checked number by number against
 * recorded references.
 *
 * <p>Read {@link dev.caravan.inference.diffusion.FlowMatchSchedule} and {@link dev.caravan.inference.diffusion.KvCachePolicy} first. The
 * noise is {@link dev.caravan.inference.diffusion.PhiloxNoise}; a video comes in by
 * {@link dev.caravan.inference.diffusion.VideoPreprocessing} and {@link dev.caravan.inference.diffusion.NoiseController}; what guides it
 * besides is {@link dev.caravan.inference.diffusion.VaceGuides}.
 */
@NullMarked
package dev.caravan.inference.diffusion;

import org.jspecify.annotations.NullMarked;
