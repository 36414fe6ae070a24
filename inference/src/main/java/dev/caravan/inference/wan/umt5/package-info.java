/**
 * UMT5, the network that makes embeddings of prompts. {@link dev.caravan.inference.wan.umt5.TextEncoder} is loaded once and shared by all
 * sessions; tokens come from the package {@code text}.
 */
@NullMarked
package dev.caravan.inference.wan.umt5;

import org.jspecify.annotations.NullMarked;
