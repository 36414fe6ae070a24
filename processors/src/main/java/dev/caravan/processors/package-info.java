/**
 * What the components of the hub share: the header names a route author sees, and which trace something belongs to.
 */
@NullMarked
package dev.caravan.processors;

import org.jspecify.annotations.NullMarked;
