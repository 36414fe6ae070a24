/**
 * The files models are made of: which ones a pipeline needs, whether they are on disk, and how they get there.
 *
 * <p>{@link dev.caravan.inference.model.Artifacts} is the table, {@link dev.caravan.inference.model.ModelStore} looks at the disk,
 * {@link dev.caravan.inference.model.ModelFetcher} fetches what is missing from the Hugging Face hub or a mirror of it, and
 * {@link dev.caravan.inference.model.ModelDownloads} does so in the background. Read the first three. What comes over the network is
 * believed in nothing: names are checked before they become paths, sizes before they become files, and a file has its name only when all
 * of it is there and comes to the digest the hub told.
 */
@NullMarked
package dev.caravan.inference.model;

import org.jspecify.annotations.NullMarked;
