/**
 * What the components of the hub share: the header names a route author sees.
 */
@NullMarked
package dev.caravan.processors;

import org.jspecify.annotations.NullMarked;
