/**
 * Attacks on a hub that others can reach, from outside: garbage, spoofed headers, borrowed rights. Each class has one guarded hub. What a
 * test here shows stands in {@code SECURITY.md}.
 */
@NullMarked
package dev.caravan.hostile;

import org.jspecify.annotations.NullMarked;
