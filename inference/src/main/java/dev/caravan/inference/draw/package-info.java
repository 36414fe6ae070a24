/**
 * Drawing into pictures that are still being made: shapes, text without installed fonts, and bars a machine can read back.
 *
 * <p>{@link dev.caravan.inference.draw.Canvas} paints on a fresh I420 picture before anybody else sees it, and clips everything, so
 * that no picture is too small. {@link dev.caravan.inference.draw.CounterBar} and {@link dev.caravan.inference.draw.PromptBar} write
 * numbers as rows of light and dark cells that survive a lossy codec: tests and the benchmark tell from pixels which frame and which
 * prompt they see. The font is our own ({@code font.txt}), because a JDK on a bare server has none. Depends on package {@code frame} only.
 */
@NullMarked
package dev.caravan.inference.draw;

import org.jspecify.annotations.NullMarked;
