/**
 * The arithmetic of generating video by flow matching, without any network: which timesteps and sigmas, which noise, how much of it, and
 * which frames the key-value caches hold. Pure functions and small state machines; everything is checked number by number against
 * recorded references.
 *
 * <p>Read {@link dev.caravan.inference.diffusion.KvCachePolicy} first.
 */
@NullMarked
package dev.caravan.inference.diffusion;

import org.jspecify.annotations.NullMarked;
