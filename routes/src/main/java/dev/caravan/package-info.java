/**
 * The application: {@link dev.caravan.Caravan} is the command, {@link dev.caravan.Hub} the composition root where every part is made once
 * and given to those that need it, and {@link dev.caravan.RunningHub} a hub in operation, which tests start as easily as the command
 * does. What is connected to what stands in the YAML routes of {@code resources/camel}. Read {@code Hub} first.
 */
@NullMarked
package dev.caravan;

import org.jspecify.annotations.NullMarked;
