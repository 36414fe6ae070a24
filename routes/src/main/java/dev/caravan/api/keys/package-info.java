/** Tokens for other services: {@link dev.caravan.api.keys.ServiceTokens} knows them, from the hub's settings or from files of its own. */
@NullMarked
package dev.caravan.api.keys;

import org.jspecify.annotations.NullMarked;
