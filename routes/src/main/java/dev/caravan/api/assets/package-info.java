/**
 * Files that clients upload and refer to: reference images, clips, sounds. {@link dev.caravan.api.assets.AssetFolder} knows the folder and
 * keeps every path inside it; {@link dev.caravan.api.assets.AssetUploads} streams bytes in and out on the HTTP server's router, because an
 * upload of tens of megabytes must not pass through memory.
 */
@NullMarked
package dev.caravan.api.assets;

import org.jspecify.annotations.NullMarked;
