/**
 * LoRA adapter files: {@link dev.caravan.api.loras.LoraLibrary} is what clients may do with them. Names and addresses come from outside and
 * are believed in nothing: {@link dev.caravan.api.loras.LoraName} says what may become a path, {@link dev.caravan.api.loras.LoraServers}
 * which address is asked and who sees which token, and {@link dev.caravan.api.loras.LoraInstalls} gives a file its name only when it is
 * whole and what it should be.
 */
@NullMarked
package dev.caravan.api.loras;

import org.jspecify.annotations.NullMarked;
