/**
 * Pictures and the frames that carry them.
 *
 * <p>A {@link dev.caravan.inference.frame.Frame} is one immutable picture with its capture time, sequence number and session.
 * It is shared by reference and never copied to be routed; any holder may keep it as long as it likes.
 * What the picture looks like in memory is the closed set of {@link dev.caravan.inference.frame.Picture}:
 * colour is converted, and encoded bytes are decoded, only where somebody needs it.
 * {@link dev.caravan.inference.frame.ColorConversion} and {@link dev.caravan.inference.frame.Resize} are the plain conversions.
 * Read the first two types first. Nothing here touches native memory, Camel or the network.
 */
@NullMarked
package dev.caravan.inference.frame;

import org.jspecify.annotations.NullMarked;
