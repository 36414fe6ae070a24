/**
 * The files models are made of: which ones a pipeline needs, whether they are on disk, and how they get there.
 *
 * <p>{@link dev.caravan.inference.model.Artifacts} is the table, {@link dev.caravan.inference.model.ModelStore} looks at the disk,
 * {@link dev.caravan.inference.model.ModelDownloads} fetches what is missing from the Hugging Face hub or a mirror of it.
 * Read the first two. What comes over the network is believed in nothing: names are checked before they become paths, sizes before they
 * become files, and a file has its name only when all of it is there.
 */
@NullMarked
package dev.caravan.inference.model;

import org.jspecify.annotations.NullMarked;
