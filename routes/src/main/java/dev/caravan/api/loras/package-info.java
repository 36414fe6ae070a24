/** LoRA adapter files on disk: {@link dev.caravan.api.loras.LoraFolder} lists them with what is recorded about where they came from. */
@NullMarked
package dev.caravan.api.loras;

import org.jspecify.annotations.NullMarked;
