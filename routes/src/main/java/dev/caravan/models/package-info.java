/**
 * The command {@code caravan models}: what a person at a terminal does with model files. Read
 * {@link dev.caravan.models.ModelsSubcommand} first; every class beside it that implements it is one word of the command. The work itself
 * is done by {@code dev.caravan.inference.model}; nothing here starts Camel.
 */
@NullMarked
package dev.caravan.models;

import org.jspecify.annotations.NullMarked;
